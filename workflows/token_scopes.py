"""What a key for programs may be used for: a few words that narrow what its person may do, and never widen it.

Whoever makes a token chooses. Without a choice it reads. The policy table still
answers for the person; a scope only says that this one program was meant to ask.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from workflows.engine import Words
from workflows.errors import N_, Refusal

READ, LEADS, SETTINGS = "read", "leads", "settings"
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        READ: N_("查看（不含线索）"),
        "cases": N_("办理案件"),
        LEADS: N_("查看和办理线索"),
        "reports": N_("自查报告与备案"),
        "import": N_("导入数据"),
        "screening": N_("筛查与抽样"),
        "campaigns": N_("提醒活动"),
        SETTINGS: N_("本人设置与系统设置"),
    }
)
"""Every scope with its word, in the order of pages."""


def refusal_of(held: Collection[str], needed: str) -> Refusal | None:
    """Return why a token with these scopes may not do what needs another one, or nothing."""
    if needed in held:
        return None
    return Refusal(
        "token_scope",
        N_("此令牌没有“%(scope)s”范围，没有办理。请由本人在“我的访问令牌”中另行生成含此范围的令牌。"),
        {"scope": Words((SCOPES[needed],))},
    )
