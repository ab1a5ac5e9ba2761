"""What graduates answered in the confirmation, up to the data cut. Every snapshot counts: answers are append-only."""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

# A later confirmation does not undo a denial: somebody may have been talked round. It is shown, not weighed.
GRADUATE_DENIES = Rule(
    code="graduate_denies",
    name=N_("学生反馈从未签订"),
    level="record",
    family="answers",
    needs=(
        "records",
        "confirmations",
    ),
    output="C",
    strength="s",
    violation="F3",
    sql="""
    WITH known AS (
        SELECT student_no, status, snapshot_on,
               coalesce(confirm_time, min(CAST(snapshot_on AS TIMESTAMP)) OVER (PARTITION BY student_no, status))
               AS answered_at
        FROM confirmations SEMI JOIN (SELECT student_no FROM confirmations WHERE status = 'never_signed')
        USING (student_no) WHERE snapshot_on <= CAST($as_of AS DATE)),
    denied AS (
        SELECT student_no, max(answered_at) AS answered_at
        FROM known WHERE status = 'never_signed' GROUP BY student_no),
    later AS (
        SELECT DISTINCT student_no FROM known JOIN denied USING (student_no)
        WHERE known.status = 'confirmed' AND known.answered_at > denied.answered_at)
    SELECT student_no AS subject, [student_no] AS student_nos, [CAST(answered_at AS VARCHAR)] AS matters,
           {'answered_on': CAST(answered_at AS DATE), 'employer_name': employer_name, 'credit_code': credit_code,
            'destination_code': destination_code, 'confirmed_later': later.student_no IS NOT NULL} AS observed
    FROM records JOIN denied USING (student_no) LEFT JOIN later USING (student_no)
    """,
    tells=(
        Sentence(
            N_(
                "毕业生于 %(answered_on)s 反馈从未与“%(employer_name)s”签订就业协议、劳动合同或其他录用形式，"
                "而去向登记为 %(destination_code)s。"
            )
        ),
        Sentence(N_("该生此后又确认了信息，前后答复不一致，须当面核实原因。"), when="confirmed_later"),
    ),
    innocent=N_("请先核对是否误点，或实际与同一集团的另一法人签约，就业属实而单位名称需更正。"),
    asks=N_("请由与该生登记、审核无关的人员联系本人陈述，并向单位独立核实。"),
    evidence=("graduate", "employer"),
    eased_by=("confirmed_later",),
)

# Three working days after the day of the answer, to the end of the third. Updated late is updated: what is
# looked for is information that still stands uncorrected at the data cut. Where several universities are looked
# at, one whose log was not handed in cannot be told to have updated nothing.
WRONG_INFO_NOT_UPDATED = Rule(
    code="wrong_info_not_updated",
    name=N_("信息有误未更新"),
    level="record",
    family="answers",
    needs=(
        "records",
        "confirmations",
        "changes",
        "working_days",
    ),
    output="C",
    strength="m",
    violation="P4",
    settings=(Setting("working_days", 3, N_("设计建议：三个工作日")),),
    sql="""
    WITH answers AS (
        SELECT DISTINCT student_no,
               coalesce(confirm_time, min(CAST(snapshot_on AS TIMESTAMP)) OVER (PARTITION BY student_no))
               AS answered_at
        FROM confirmations WHERE status = 'wrong_information' AND snapshot_on <= CAST($as_of AS DATE)),
    updated AS (
        SELECT student_no, max(changed_at) AS changed_at FROM changes SEMI JOIN answers USING (student_no)
        WHERE changed_at <= $as_of GROUP BY student_no),
    open AS (
        SELECT student_no, min(answered_at) AS answered_at
        FROM answers LEFT JOIN updated USING (student_no)
        WHERE changed_at IS NULL OR changed_at <= answered_at GROUP BY student_no),
    handed_in AS (
        SELECT DISTINCT coalesce(university, '') AS university
        FROM records SEMI JOIN (SELECT student_no FROM changes WHERE changed_at <= $as_of) USING (student_no)
        UNION SELECT coalesce(university, '') FROM records
              WHERE (SELECT count(DISTINCT university) FROM records) < 2),
    numbered AS (
        SELECT day, row_number() OVER (ORDER BY day) AS number FROM (SELECT DISTINCT day FROM working_days)),
    before AS (
        SELECT answered_on, count(day) AS number
        FROM (SELECT DISTINCT CAST(answered_at AS DATE) AS answered_on FROM open)
        LEFT JOIN numbered ON day <= answered_on GROUP BY answered_on),
    due AS (
        SELECT answered_on, day AS due_on FROM before JOIN numbered ON numbered.number = before.number + $working_days)
    SELECT student_no AS subject, [student_no] AS student_nos, [CAST(answered_at AS VARCHAR)] AS matters,
           {'answered_on': answered_on, 'due_on': due_on, 'as_of': CAST($as_of AS DATE),
            'employer_name': employer_name, 'destination_code': destination_code} AS observed
    FROM open JOIN due ON answered_on = CAST(answered_at AS DATE) JOIN records USING (student_no)
    WHERE due_on < CAST($as_of AS DATE)
      AND coalesce(university, '') IN (SELECT university FROM handed_in)
    """,
    tells=(
        Sentence(
            N_("毕业生于 %(answered_on)s 反馈信息有误，应于 %(due_on)s 前更新登记，截至 %(as_of)s 没有新的登记记录。")
        ),
    ),
    innocent=N_("请先核对是否已在别处更正、正在作废重填，或有误的只是岗位、地址等次要信息而去向属实。"),
    asks=N_("请向毕业生问清哪一项有误、实际情况如何，并据材料更新登记。"),
    evidence=("graduate", "original_document"),
)

# The newest snapshot decides: who was asked again after a new registration has not confirmed that one. Who stands
# in no snapshot was never asked.
UNCONFIRMED = Rule(
    code="unconfirmed",
    name=N_("未确认"),
    level="record",
    family="answers",
    needs=(
        "records",
        "confirmations.snapshot_on",
    ),
    output="S",
    strength="w",
    violation="P4",
    sql="""
    WITH known AS (
        SELECT student_no, status, snapshot_on
        FROM confirmations SEMI JOIN (SELECT student_no FROM confirmations WHERE status = 'unconfirmed')
        USING (student_no) WHERE snapshot_on <= CAST($as_of AS DATE)),
    whole AS (SELECT max(snapshot_on) AS as_of FROM confirmations WHERE snapshot_on <= CAST($as_of AS DATE)),
    newest AS (
        SELECT student_no, max(snapshot_on) AS snapshot_on FROM known GROUP BY student_no),
    open AS (
        SELECT student_no FROM known JOIN newest USING (student_no, snapshot_on)
        GROUP BY student_no HAVING bool_and(status = 'unconfirmed')),
    earlier AS (
        SELECT DISTINCT student_no, TRUE AS answered FROM known WHERE status <> 'unconfirmed')
    SELECT student_no AS subject, [student_no] AS student_nos, [coalesce(destination_code, '')] AS matters,
           {'destination_code': destination_code, 'employer_name': employer_name,
            'as_of': (SELECT as_of FROM whole), 'answered_before': coalesce(answered, FALSE)} AS observed
    FROM records JOIN open USING (student_no) LEFT JOIN earlier USING (student_no)
    """,
    tells=(
        Sentence(N_("截至 %(as_of)s 的确认数据，毕业生尚未确认登记的去向（%(destination_code)s）。")),
        Sentence(N_("该生此前答复过，去向更新后须重新确认。"), when="answered_before"),
    ),
    innocent=N_("未确认多因忙碌、换号或不知情，不说明去向不实；请先核对联系方式，再由提醒活动提示本人确认。"),
    asks=N_("请提醒毕业生本人登录确认，不代为操作，也不提示应当怎样答复。"),
    evidence=("graduate",),
)
