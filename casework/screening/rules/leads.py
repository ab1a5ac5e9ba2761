"""What somebody has reported: always a finding, about the graduate, the employer or the unit that the lead names.

Nothing of a report is repeated here: its text and who sent it stay with the lead
officer. What a list from above says of each record is told, for it is what has to
be answered. A lead that names nobody is worked where leads are worked.
"""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence

# A graduate who is not in this data is named all the same: nobody else would look for the number.
LEAD = Rule(
    code="lead",
    name=N_("举报线索"),
    level="record",
    family="lead",
    mixed=True,
    needs=("records", "records.credit_code", "leads"),
    output="C",
    strength="s",
    violation=None,
    sql="""
    WITH named AS (
        SELECT DISTINCT ref, source, received_on, nullif(trim(student_no), '') AS student_no,
               nullif(narrow(credit_code), '') AS code, nullif(trim(unit), '') AS unit,
               coalesce(nullif(trim(unit_level), ''), 'university') AS unit_level,
               nullif(trim(problem), '') AS problem
        FROM leads WHERE ref IS NOT NULL AND coalesce(received_on <= CAST($as_of AS DATE), TRUE)),
    registered AS (SELECT DISTINCT student_no, TRUE AS registered FROM records),
    staff AS (
        SELECT code, list_sort(list(DISTINCT student_no)) AS people FROM employment
        SEMI JOIN (SELECT code FROM named WHERE student_no IS NULL) USING (code) GROUP BY code),
    placed AS (
        SELECT ref, source, received_on, problem, coalesce(registered, FALSE) AS registered,
               CASE WHEN named.student_no IS NOT NULL THEN 'record'
                    WHEN named.code IS NOT NULL THEN 'employer' ELSE 'unit' END AS level,
               coalesce(named.student_no, named.code, unit_level || ':' || unit) AS subject,
               CASE WHEN named.student_no IS NOT NULL AND registered THEN [named.student_no]
                    WHEN named.student_no IS NULL AND people IS NOT NULL THEN people
                    ELSE CAST([] AS VARCHAR[]) END AS student_nos
        FROM named LEFT JOIN registered USING (student_no) LEFT JOIN staff ON staff.code = named.code)
    SELECT level, subject, student_nos, [ref] AS matters,
           {'ref': ref, 'source': source, 'received_on': received_on,
            'problem': problem, 'not_registered': level = 'record' AND NOT registered} AS observed
    FROM placed WHERE subject IS NOT NULL
    """,
    tells=(
        Sentence(N_("%(received_on)s 经“%(source)s”收到线索 %(ref)s，指向本对象，内容见线索登记。")),
        Sentence(N_("清单所列问题：%(problem)s（上级监测或核查所列，待核实）。"), when="problem"),
        Sentence(N_("线索所指的学号不在本次登记数据中，请先核对是否写错或属于其他学校。"), when="not_registered"),
    ),
    innocent=N_("线索未必属实，也可能是误解或同一事项的重复反映；请先看是否已有同一事项的案件。"),
    asks=N_("请按线索逐项核实，由与该登记、审核无关的人员办理，并在规定时限内回复来源渠道。"),
    evidence=("graduate", "employer", "original_document"),
    version=2,
)
