"""The people who work with the system: one row an account, its role and its organisation."""

from casework.errors import N_
from casework.intake.importers.contacts import EMAIL, MOBILE
from casework.intake.importers.shapes import Column, Importer
from casework.intake.importers.texts import DIGITS, NAME, TEXT

PEOPLE = Importer(
    kind="people",
    label=N_("系统用户"),
    columns=(
        Column("user_id", N_("用户编号"), DIGITS, ("账号",), required=True),
        Column("role", N_("角色"), TEXT, required=True),
        Column("org_id", N_("机构编号"), DIGITS, required=True),
        Column("name", N_("姓名"), NAME, required=True),
        Column("email", N_("邮箱"), EMAIL, ("电子邮箱",)),
        Column("office", N_("部门"), TEXT),
        Column("mobile", N_("手机号"), MOBILE, ("手机", "移动电话")),
        Column("wecom", N_("企业微信账号"), TEXT, ("企业微信",)),
    ),
    key=("user_id", "role", "org_id"),
)
