"""Local minimum wages: yuan a month by place; a city's figure stands before its province's."""

from casework.errors import N_
from casework.intake.importers.codes import PLACE
from casework.intake.importers.numbers import WAGE
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import TEXT

MINIMUM_WAGES = Importer(
    kind="minimum_wages",
    label=N_("各地最低工资标准"),
    columns=(
        Column("place_code", N_("地区代码"), PLACE, ("行政区划代码",), required=True),
        Column("place_name", N_("地区名称"), TEXT),
        Column("monthly_minimum", N_("月最低工资标准"), WAGE, ("最低工资",), required=True),
    ),
    key=("place_code",),
)
