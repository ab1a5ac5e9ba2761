"""Telephone numbers that stand where they should not, compared as opaque tokens; no number is seen or told."""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

CONTACT_IS_OWN_OR_FAMILY = Rule(
    code="contact_is_own_or_family",
    name=N_("单位电话即本人或家庭电话"),
    level="record",
    family="contact",
    needs=(
        "records.phone_index",
        "records.employer_phone_index",
    ),
    output="V",
    strength="m",
    violation="F1",
    sql="""
    WITH judged AS (
        SELECT *, coalesce(phone_index IN (employer_phone_index, employer_mobile_index), FALSE) AS own,
               coalesce(family_phone_index IN (employer_phone_index, employer_mobile_index), FALSE) AS family
        FROM records WHERE coalesce(employer_phone_index, employer_mobile_index) IS NOT NULL)
    SELECT student_no AS subject, [student_no] AS student_nos,
           [coalesce(credit_code, employer_name, ''), CASE WHEN own THEN phone_index ELSE '' END,
            CASE WHEN family THEN family_phone_index ELSE '' END] AS matters,
           {'employer_name': employer_name, 'credit_code': credit_code, 'destination_code': destination_code,
            'own': own, 'family': family, 'own_business': destination_code[1:2] = '75'} AS observed
    FROM judged WHERE own OR family
    """,
    tells=(
        Sentence(N_("“%(employer_name)s”的单位联系电话与毕业生本人手机号相同。"), when="own"),
        Sentence(N_("“%(employer_name)s”的单位联系电话与毕业生家庭电话相同。"), when="family"),
        Sentence(N_("去向为自主创业，单位电话就是本人电话属常见情形。"), when="own_business"),
    ),
    innocent=N_("请先核对是否自主创业、在家庭企业真实就业，或入职后由本人担任单位联络人。"),
    asks=N_("请从公示系统另取单位电话独立核实，并索取工资流水或社保记录。"),
    evidence=("employer", "public_register", "money_flow"),
    eased_by=("own_business",),
)

# One employer's own recruiting phone beside many graduates is fine; so is one employer whose code was
# mistyped once: both the codes and the normalised names must differ. One finding a cluster: numbers shared
# by the same set of employers are one matter, recognised again by the least of their tokens.
EMPLOYERS_SHARE_PHONE = Rule(
    code="employers_share_phone",
    name=N_("不同单位共用电话"),
    level="employer",
    family="clusters",
    needs=(
        "records.credit_code",
        "records.employer_phone_index",
    ),
    output="V",
    strength="m",
    violation="F1",
    settings=(Setting("employers", 2, N_("设计建议：两个及以上不同单位")),),
    sql="""
    WITH pairs AS MATERIALIZED (
        SELECT DISTINCT code, phone, mobile
        FROM (SELECT DISTINCT credit_code AS raw, employer_phone_index AS phone, employer_mobile_index AS mobile
              FROM records)
        JOIN credit_codes USING (raw)),
    numbers AS (
        SELECT phone AS token, code FROM pairs WHERE phone IS NOT NULL
        UNION ALL SELECT mobile, code FROM pairs WHERE mobile IS NOT NULL),
    several AS (SELECT token FROM numbers GROUP BY token HAVING min(code) <> max(code)),
    written AS (
        SELECT employer_phone_index AS token, code, employer_name, student_no FROM employment
        WHERE employer_phone_index IN (FROM several)
        UNION ALL
        SELECT employer_mobile_index, code, employer_name, student_no FROM employment
        WHERE employer_mobile_index IN (FROM several)),
    colliding AS MATERIALIZED (
        SELECT * FROM written SEMI JOIN (
            SELECT token FROM written GROUP BY token
            HAVING count(DISTINCT code) >= $employers
               AND count(DISTINCT coalesce(employer_name, code)) >= $employers) USING (token)),
    keyed AS (
        SELECT employer_name, employer_key(employer_name) AS key FROM (SELECT DISTINCT employer_name FROM colliding)),
    shared AS (
        SELECT token, list_sort(list(DISTINCT code)) AS codes, list(DISTINCT student_no) AS people
        FROM colliding LEFT JOIN keyed USING (employer_name) GROUP BY token
        HAVING count(DISTINCT code) >= $employers AND count(DISTINCT coalesce(key, code)) >= $employers),
    clusters AS (
        SELECT codes, min(token) AS token, list_sort(list_distinct(flatten(list(people)))) AS people
        FROM shared GROUP BY codes),
    names AS (
        SELECT code, max(employer_name) AS name FROM colliding GROUP BY code),
    named AS (
        SELECT codes, string_agg(coalesce(name, '') || '（' || code || '）', '、' ORDER BY code) AS employers
        FROM (SELECT codes, unnest(codes[1:5]) AS code FROM clusters) JOIN names USING (code) GROUP BY codes)
    SELECT codes[1] AS subject, people AS student_nos, [token] AS matters,
           {'employer_count': len(codes), 'employers': employers, 'credit_codes': codes[1:20],
            'graduates': len(people), 'more': len(codes) > 5} AS observed
    FROM clusters JOIN named USING (codes)
    """,
    tells=(
        Sentence(
            N_("%(employer_count)s 个不同的单位登记了同一个联系电话，涉及毕业生 %(graduates)s 人：%(employers)s。")
        ),
        Sentence(N_("以上只列出前五个单位。"), when="more"),
    ),
    innocent=N_("请先核对是否同一集团共用招聘电话、同一园区共用总机，或由同一家人力资源机构承办招聘。"),
    asks=N_("请从公示系统分别取得各单位电话独立核实，并比对注册地址、经办人和工资发放单位。"),
    evidence=("employer", "public_register", "money_flow"),
)

# Brothers, sisters and couples share a number in pairs, so two are nothing; three cannot be reached one by one.
# An account of a graduate in the list of accounts is no member of staff.
PHONE_SHARED = Rule(
    code="phone_shared",
    name=N_("学生电话共用"),
    level="record",
    family="contact",
    needs=("records.phone_index",),
    output="V",
    strength="m",
    violation="P8",
    settings=(
        Setting("graduates", 3, N_("设计建议：三人及以上；两人多为兄弟姐妹或情侣")),
        Setting("student_roles", ("学生本人", "学生", "毕业生"), N_("登记系统的角色名称：这些账号不是工作人员")),
    ),
    sql="""
    WITH shared AS (
        SELECT phone_index, list_sort(list(DISTINCT student_no)) AS people, count(DISTINCT class_name) AS classes,
               count(DISTINCT counsellor) AS counsellors
        FROM records
        WHERE hash(phone_index) IN (
            SELECT hash(phone_index) AS mark FROM records WHERE phone_index IS NOT NULL
            GROUP BY mark HAVING count(*) >= $graduates)
        GROUP BY phone_index HAVING count(DISTINCT student_no) >= $graduates),
    staff AS (
        SELECT DISTINCT phone_index, TRUE AS of_staff FROM operators
        WHERE phone_index IS NOT NULL AND NOT coalesce(list_contains($student_roles, trim(role)), FALSE))
    SELECT student_no AS subject, [student_no] AS student_nos, [phone_index] AS matters,
           {'persons': coalesce(len(people), 1), 'several': people IS NOT NULL,
            'of_staff': coalesce(of_staff, FALSE), 'classes': classes,
            'one_class': coalesce(classes = 1, FALSE), 'one_counsellor': coalesce(counsellors = 1, FALSE),
            'student_nos': people[1:20]} AS observed
    FROM records LEFT JOIN shared USING (phone_index) LEFT JOIN staff USING (phone_index)
    WHERE people IS NOT NULL OR of_staff
    """,
    tells=(
        Sentence(N_("有 %(persons)s 名毕业生登记了同一个本人手机号，本应一人一号。"), when="several"),
        Sentence(N_("这些毕业生都在同一个班级。"), when="one_class"),
        Sentence(N_("这些毕业生由同一名辅导员负责。"), when="one_counsellor"),
        Sentence(N_("登记的本人手机号与登记系统工作人员的电话相同，核查电话可能打不到本人。"), when="of_staff"),
    ),
    innocent=N_("请先核对是否兄弟姐妹、情侣或多胞胎共用号码，毕业生留校任职，或联系不上时由工作人员临时代填。"),
    asks=N_("请从学籍或家庭联系方式另取本人号码，由与该生登记、审核无关的人员联系本人核实去向。"),
    evidence=("graduate", "employer"),
)
