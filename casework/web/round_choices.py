"""What may be chosen in the settings of a round, with the words for it."""

from typing import Any

from casework.errors import N_
from casework.rounds.settings import LEVELS, SEVERITIES
from casework.web import words

STAGES = (("begin", N_("开始核查")), ("conclude", N_("提交结论")), ("accept", N_("复核")))
BASES = (("target", N_("距目标日")), ("due", N_("距期限")))
AUDIENCES = (
    ("owner", N_("经办人")),
    ("supervisor", N_("就业部门负责人")),
    ("vice_leader", N_("分管领导")),
    ("leaders", N_("党政主要负责同志")),
    ("superior", N_("上级就业工作部门")),
)
PARTS = {
    "limits": N_("办理期限（工作日）"),
    "internal_targets": N_("内部目标"),
    "ladder": N_("提醒和督办"),
    "quiet_hours": N_("免打扰时段"),
    "signatories": N_("签字人"),
    "recipients": N_("备案单位"),
    "signature_grade": N_("签字方式"),
    "signer_field": N_("证书上的签字人姓名"),
    "digests": N_("哈希算法"),
    "local_consequences": N_("地方处理规定"),
    "rate_version": N_("比率口径版本"),
    "checklist": N_("自查清单条目"),
    "screening": N_("筛查参数"),
}
SIGNER_FIELDS = (("common_name", N_("只看证书的通用名（CN）")), ("subject", N_("证书主体中记载姓名的各项")))
DIGESTS = (("sha256", "SHA-256"), ("sha256 sm3", N_("SHA-256 与 SM3 并列")))
GRADES = (("1", N_("系统内签字，再次验证密码")), ("2", N_("手写签字页扫描件")), ("3", N_("数字证书签名")))


def choices() -> dict[str, Any]:
    """Return every list of choices with its words."""
    return {
        "stages": STAGES,
        "bases": BASES,
        "audiences": AUDIENCES,
        "grades": GRADES,
        "signer_fields": SIGNER_FIELDS,
        "digest_choices": DIGESTS,
        "part_names": PARTS,
        "severities": [(code, words.SEVERITIES[code]) for code in SEVERITIES],
        "levels": [(code, words.ORGANISATIONS[code]) for code in LEVELS],
        "slots": list(words.SLOTS.items()),
        "capacities": list(words.CAPACITIES.items()),
    }
