"""A list sent down from above: student numbers, what is thought to be wrong with each, by when to reply.

The channel and the number of the letter are no columns: whoever hands the list in
says them. One graduate may stand on it more than once, so no field names a row.
What else such lists repeat is registered already and left out.
"""

from casework.errors import N_
from casework.intake.importers.dates import DATE
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import DIGITS, TEXT

PUSHED_LIST = Importer(
    kind="pushed_list",
    label=N_("下发清单"),
    columns=(
        Column("student_no", N_("学号"), DIGITS, ("XH",), required=True),
        Column(
            "problem",
            N_("疑似问题"),
            TEXT,
            ("问题", "问题描述", "问题类型", "问题情形", "疑似情形", "反馈问题", "核查问题"),
            required=True,
            wanted=True,
        ),
        Column("reply_by", N_("回复期限"), DATE, ("反馈期限", "回复时限", "反馈时限")),
    ),
    key=(),
    not_stored=(
        "序号",
        "姓名",
        "学院",
        "院系",
        "学校名称",
        "专业名称",
        "班级",
        "毕业去向",
        "单位名称",
        "统一社会信用代码",
    ),
)
