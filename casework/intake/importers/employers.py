"""The reference register of employers: one row a credit code.

It may be out of date, and an employer that is not in it proves nothing; both
are for the screening to weigh. Who acts for an employer is kept as an opaque
token: only whether two employers have the same agent is ever asked.
"""

from casework.errors import N_
from casework.intake.importers.codes import CODE, PLACE
from casework.intake.importers.contacts import PHONE
from casework.intake.importers.dates import DATE
from casework.intake.importers.numbers import COUNT, NUMBER
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import CREDIT_CODE, NAME, SHORT_TEXT, TEXT

EMPLOYERS = Importer(
    kind="employers",
    label=N_("用人单位参考库"),
    columns=(
        Column("credit_code", N_("统一社会信用代码"), CREDIT_CODE, ("信用代码",), required=True),
        Column("name", N_("单位名称"), SHORT_TEXT, ("企业名称",), required=True),
        Column("former_names", N_("曾用名"), TEXT),
        Column("status", N_("登记状态"), TEXT, ("经营状态",)),
        Column("status_date", N_("状态日期"), DATE),
        Column("founded_date", N_("成立日期"), DATE),
        Column("insured_headcount", N_("参保人数"), COUNT),
        Column("registered_capital", N_("注册资本（万元）"), NUMBER, ("注册资本",)),
        Column("nature_code", N_("单位性质代码"), CODE, codes="employer_nature_code"),
        Column("industry_code", N_("单位行业代码"), CODE, codes="industry_code"),
        Column("place_code", N_("单位所在地代码"), PLACE, ("所在地代码",)),
        Column("phone", N_("联系电话"), PHONE, ("电话",)),
        Column("address", N_("注册地址"), TEXT, ("地址", "住所", "企业地址", "单位地址")),
        Column("agent", N_("法定代表人"), NAME, ("法人代表", "法人", "负责人", "联系人", "单位联系人"), sealed=True),
    ),
    key=("credit_code",),
)
