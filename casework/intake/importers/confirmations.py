"""The graduates' own confirmation, as the national system exports it: one row a graduate and day.

The device is kept as an opaque token only: which device it was is nobody's business, only whether
it is the same one.
"""

from casework.errors import N_
from casework.intake.importers.codes import CONFIRM_STATUS
from casework.intake.importers.dates import MOMENT
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import DEVICE, DIGITS

CONFIRMATIONS = Importer(
    kind="confirmations",
    label=N_("学生确认情况"),
    columns=(
        Column("student_no", N_("学号"), DIGITS, ("XH",), required=True),
        Column("confirm_status", N_("确认状态"), CONFIRM_STATUS, ("QRZT",), required=True),
        Column("confirm_time", N_("确认时间"), MOMENT, ("QRSJ",)),
        # Which device answered, never from which address: a whole campus shares an address.
        Column("device", N_("确认设备"), DEVICE, ("答题设备", "设备", "设备号", "设备编号", "设备标识"), sealed=True),
    ),
    key=("student_no",),
)
