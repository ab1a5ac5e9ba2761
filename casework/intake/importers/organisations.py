"""The organisations and how they stand one under the other."""

from casework.errors import N_
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import DIGITS, TEXT

ORGANISATIONS = Importer(
    kind="organisations",
    label=N_("机构"),
    columns=(
        Column("org_id", N_("机构编号"), DIGITS, required=True),
        Column("type", N_("机构类别"), TEXT, required=True),
        Column("name", N_("机构名称"), TEXT, required=True),
        Column("parent_id", N_("上级机构编号"), DIGITS),
        Column("code", N_("机构代码"), DIGITS),
    ),
    key=("org_id",),
)
