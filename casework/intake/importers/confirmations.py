"""The graduates' own confirmation, as the national system exports it: one row a graduate and day."""

from casework.errors import N_
from casework.intake.importers.codes import CONFIRM_STATUS
from casework.intake.importers.dates import MOMENT
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import DIGITS

CONFIRMATIONS = Importer(
    kind="confirmations",
    label=N_("学生确认情况"),
    columns=(
        Column("student_no", N_("学号"), DIGITS, ("XH",), required=True),
        Column("confirm_status", N_("确认状态"), CONFIRM_STATUS, ("QRZT",), required=True),
        Column("confirm_time", N_("确认时间"), MOMENT, ("QRSJ",)),
    ),
    key=("student_no",),
)
