"""What the registered post can tell: 其他人员 says nothing about the work, and so nothing can be checked against it."""

from casework.errors import N_
from casework.screening.rule import Rule, Sentence, Setting

# Equality, never likeness: 其他专业技术人员 (29) is a proper category of its own.
JOB_CATEGORY_OTHER = Rule(
    code="job_category_other",
    name=N_("工作职位填“其他人员”"),
    level="record",
    family="entries",
    needs=("records.job_category_code",),
    output="S",
    strength="w",
    violation="F5",
    settings=(Setting("others", ("90", "其他人员"), N_("职位类别代码表：90 其他人员（一款公开的预审工具不予通过）")),),
    sql="""
    SELECT student_no AS subject, [student_no] AS student_nos, [coalesce(credit_code, employer_name, '')] AS matters,
           {'job_category_code': job_category_code, 'employer_name': employer_name,
            'destination_code': destination_code} AS observed
    FROM records WHERE list_contains($others, narrow(job_category_code))
    """,
    tells=(
        Sentence(N_("在“%(employer_name)s”的工作职位类别填为 %(job_category_code)s 其他人员，看不出从事什么工作。")),
    ),
    innocent=N_("请先核对是否录入时图省事，多数只需细化类别，岗位本身属实。"),
    asks=N_("请向毕业生问清岗位名称和工作内容，并与合同或聘用证明上的岗位核对。"),
    evidence=("graduate", "original_document"),
)
