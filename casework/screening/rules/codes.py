"""Codes that the round's tables do not hold; which tables are looked at depends on which the round has."""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence

# A blank is another matter (the importer's), and a table that the round does not bring judges nothing. A number
# that the records name twice is one graduate.
CODE_UNKNOWN = Rule(
    code="code_unknown",
    name=N_("编码不在当年目录"),
    level="record",
    family="entries",
    needs=(
        "records.destination_code",
        "codes",
    ),
    output="V",
    strength="w",
    violation="P3",
    sql="""
    WITH written AS NOT MATERIALIZED (
        SELECT 'destination' AS "table", destination_code AS code, student_no FROM records
        UNION ALL SELECT 'degree', degree_level, student_no FROM records
        UNION ALL SELECT 'employer_nature', employer_nature_code, student_no FROM records
        UNION ALL SELECT 'industry', industry_code, student_no FROM records
        UNION ALL SELECT 'job_category', job_category_code, student_no FROM records),
    unknown AS (
        SELECT "table", code FROM (SELECT DISTINCT "table", code FROM written WHERE coalesce(code, '') <> '')
        SEMI JOIN (SELECT DISTINCT "table" FROM codes) USING ("table")
        ANTI JOIN codes USING ("table", code)),
    each AS (
        SELECT student_no, "table", min(code) AS code
        FROM written JOIN unknown USING ("table", code) GROUP BY student_no, "table"),
    spread AS (
        SELECT student_no, map_from_entries(list(("table", code) ORDER BY "table")) AS found
        FROM each GROUP BY student_no)
    SELECT student_no AS subject, [student_no] AS student_nos,
           list_transform(map_entries(found), lambda x: x.key || '=' || x.value) AS matters,
           {'destination': found['destination'], 'degree': found['degree'],
            'employer_nature': found['employer_nature'], 'industry': found['industry'],
            'job_category': found['job_category']} AS observed
    FROM spread
    """,
    tells=(
        Sentence(N_("毕业去向类别代码“%(destination)s”不在本届代码表中。"), when="destination"),
        Sentence(N_("学历层次代码“%(degree)s”不在本届代码表中。"), when="degree"),
        Sentence(N_("单位性质代码“%(employer_nature)s”不在本届代码表中。"), when="employer_nature"),
        Sentence(N_("单位行业代码“%(industry)s”不在本届代码表中。"), when="industry"),
        Sentence(N_("工作职位类别代码“%(job_category)s”不在本届代码表中。"), when="job_category"),
    ),
    innocent=N_("请先核对是否沿用旧代码、地方扩展代码，或录入时把字母与数字混淆，去向本身属实。"),
    asks=N_("请按本届代码表确定正确类别，并核对佐证材料与该类别是否相符。"),
    evidence=("original_document",),
)
