"""Freelance work counts only when the college and the university have both approved the graduate's signed statement."""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

_APPROVED = ("审核通过", "审核完成", "终审通过", "已通过", "通过")

# Equality with the words of approval: 审核不通过 contains 通过. An export that has nobody's review at one of
# the two levels does not say that nobody was approved there, so that level is not judged.
FREELANCE_WITHOUT_APPROVAL = Rule(
    code="freelance_without_approval",
    name=N_("自由职业未经两级审定"),
    level="record",
    family="proofs",
    needs=(
        "records.destination_code",
        "records.college_review",
        "records.school_review",
        "codes",
    ),
    output="V",
    strength="m",
    violation="P3",
    settings=(
        Setting("families", ("76",), N_("教学厅函〔2021〕19号：自由职业由校、院两级审定")),
        Setting("approved", _APPROVED, N_("登记系统导出中的审核状态用语")),
        Setting("in_progress", ("审核中", "待审核", "已提交"), N_("登记系统导出中的审核状态用语")),
    ),
    sql="""
    WITH reviewed AS (
        SELECT university, bool_or(coalesce(college_review, '') <> '') AS by_college,
               bool_or(coalesce(school_review, '') <> '') AS by_school
        FROM records GROUP BY university),
    judged AS (
        SELECT student_no, destination_code, college_review, school_review,
               by_college AND NOT coalesce(list_contains($approved, narrow(college_review)), FALSE) AS college_lacks,
               by_school AND NOT coalesce(list_contains($approved, narrow(school_review)), FALSE) AS school_lacks,
               coalesce(list_contains($in_progress, narrow(college_review)), FALSE)
               OR coalesce(list_contains($in_progress, narrow(school_review)), FALSE) AS under_way
        FROM destined JOIN reviewed ON reviewed.university IS NOT DISTINCT FROM destined.university
        WHERE list_contains($families, family))
    SELECT student_no AS subject, [student_no] AS student_nos,
           [CASE WHEN college_lacks THEN 'college' ELSE '' END,
            CASE WHEN school_lacks THEN 'university' ELSE '' END] AS matters,
           {'destination_code': destination_code, 'college_review': college_review, 'school_review': school_review,
            'college_lacks': college_lacks, 'school_lacks': school_lacks, 'under_way': under_way} AS observed
    FROM judged WHERE college_lacks OR school_lacks
    """,
    tells=(
        Sentence(
            N_(
                "去向登记为自由职业（%(destination_code)s），须经院、校两级审定；"
                "院系审核状态为“%(college_review)s”，学校审核状态为“%(school_review)s”。"
            )
        ),
        Sentence(N_("院系一级没有审核通过。"), when="college_lacks"),
        Sentence(N_("学校一级没有审核通过。"), when="school_lacks"),
        Sentence(N_("审核还在进行中，请先看能否在截止前审完。"), when="under_way"),
    ),
    innocent=N_("请先核对是否仍在审核流程中、刚被退回补材料，或已线下审定而系统状态未更新，从业本身属实。"),
    asks=N_("请调取毕业生本人签字确认的证明材料和两级审定记录，缺哪一级补哪一级，不能审定的更正去向。"),
    evidence=("original_document", "graduate"),
    eased_by=("under_way",),
)
