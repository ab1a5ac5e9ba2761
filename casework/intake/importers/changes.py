"""The log of changes to registered destinations: one row a change, with who made it and when."""

from casework.errors import N_
from casework.intake.importers.codes import CODE
from casework.intake.importers.dates import MOMENT
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import DIGITS, TEXT

CHANGES = Importer(
    kind="changes",
    label=N_("去向变更日志"),
    columns=(
        Column("log_id", N_("日志编号"), DIGITS, ("流水号",), required=True),
        Column("student_no", N_("学号"), DIGITS, ("XH",), required=True),
        Column("changed_at", N_("变更时间"), MOMENT, ("操作时间",), required=True),
        Column("operator", N_("操作账号"), DIGITS, ("操作人",)),
        Column("operator_role", N_("操作人角色"), TEXT),
        Column("old_code", N_("原毕业去向代码"), CODE, codes="destination_code"),
        Column("new_code", N_("新毕业去向代码"), CODE, codes="destination_code"),
        Column("old_employer", N_("原单位名称"), TEXT),
        Column("new_employer", N_("新单位名称"), TEXT),
    ),
    key=("log_id",),
)
