"""The staff accounts that enter and change registrations: who stands behind an operator in the log."""

from casework.errors import N_
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import DIGITS, NAME, TEXT

OPERATORS = Importer(
    kind="operators",
    label=N_("操作账号"),
    columns=(
        Column("operator", N_("操作账号"), DIGITS, required=True),
        Column("role", N_("角色"), TEXT, required=True),
        Column("name", N_("姓名"), NAME, required=True),
        Column("college", N_("院系"), TEXT, ("学院",)),
    ),
    key=("operator",),
)
