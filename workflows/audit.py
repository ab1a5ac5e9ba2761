"""What is audited: every look at what is sealed, every export, every refusal that matters, every change of right.

Read it by rows: an action of the journal, what it is in one sentence, and
whether its entry must say why. The pen asks this table (`journal.record`): an
entry that must have a reason and has none is not written and takes its change
with it, and each of these entries holds, sealed, by which door and from where
somebody came. The pages for the auditor are made from the same rows, so nothing
is audited that nobody can read, and no sentence is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workflows.errors import N_

REFUSED = "_refused"
"""An action that ends so was refused, whatever it is."""


class Group(StrEnum):
    """What an audited entry is about; `right` says which action of the policy shows it."""

    LOOK = "look"
    EXPORT = "export"
    REFUSAL = "refusal"
    RIGHT = "right"
    QUESTION = "question"

    @property
    def label(self) -> str:
        """The word on the page."""
        return _LABELS[self]

    @property
    def seen_by(self) -> str:
        """The action of the policy that shows these entries."""
        return "audit:rights" if self is Group.RIGHT else "audit:looks"


_LABELS = {
    Group.LOOK: N_("查看"),
    Group.EXPORT: N_("导出与下载"),
    Group.REFUSAL: N_("被拒绝的操作"),
    Group.RIGHT: N_("权限与设置变更"),
    Group.QUESTION: N_("查看情况说明"),
}


@dataclass(frozen=True)
class Kind:
    """A row: what an entry says, to which group it belongs, and whether it must say why."""

    group: Group
    sentence: str
    reason: bool = False


def _look(sentence: str, *, reason: bool = False) -> Kind:
    return Kind(Group.LOOK, sentence, reason)


def _export(sentence: str, *, reason: bool = False) -> Kind:
    return Kind(Group.EXPORT, sentence, reason)


def _right(sentence: str, *, reason: bool = False) -> Kind:
    return Kind(Group.RIGHT, sentence, reason)


AUDITED: Mapping[str, Kind] = MappingProxyType(
    {
        "person:unmask": _look(N_("查看了案件 %(subject)s 中一名毕业生的完整身份信息"), reason=True),
        "person:outline": _look(N_("应本人申请，查询了系统持有的关于一个人的信息（%(subject)s）"), reason=True),
        "evidence:open": _look(N_("打开了案件 %(subject)s 的一份材料")),
        "lead:reporter": _look(N_("查看了线索 %(subject)s 的举报人信息"), reason=True),
        "lead:words": _look(N_("查看了线索 %(subject)s 的原文"), reason=True),
        "lead:open_file": _look(N_("打开了线索 %(subject)s 的一份附件")),
        "delivery:look": _look(N_("查看了消息 %(subject)s 的正文")),
        "report:paper_open": _look(N_("打开了 %(subject)s 的签字页扫描件")),
        "mandate:open": _look(N_("打开了代签或任职文件 %(subject)s 的扫描件")),
        "report:download": _export(N_("下载了 %(subject)s 的文书")),
        "report:package": _export(N_("下载了 %(subject)s 的卷宗包")),
        "report:upload": _export(N_("制作了 %(subject)s 的上传包")),
        "campaign:export": _export(N_("导出了提醒活动 %(subject)s 的名单"), reason=True),
        "export:events": _export(N_("导出了轮次 %(subject)s 的办理过程")),
        "funnel:export": _export(N_("导出了漏斗图数据")),
        "rates:export": _export(N_("导出了去向统计")),
        "rates:export_rows": _export(N_("导出了去向统计的名单")),
        "sample:export": _export(N_("导出了抽样 %(subject)s 的名单")),
        "import:export": _export(N_("导出了一批导入数据的问题清单")),
        "audit:export": _export(N_("导出了审计记录"), reason=True),
        "person:report": _export(N_("应本人申请，出具了关于一个人的全部信息（%(subject)s）"), reason=True),
        "refused:forbidden": Kind(Group.REFUSAL, N_("越出权限的操作被拒绝：%(what)s（%(times)s 次）")),
        "refused:out_of_scope": Kind(Group.REFUSAL, N_("反复访问职责范围以外的内容，未予显示（%(times)s 次）")),
        "refused:conflict": Kind(Group.REFUSAL, N_("因需要回避被拒绝：%(what)s（%(times)s 次）")),
        "refused:proof": Kind(Group.REFUSAL, N_("密码或第二重验证不正确：%(what)s（%(times)s 次）")),
        "people:organisations": _right(N_("导入了机构")),
        "people:appoint": _right(N_("给账号 %(subject)s 任职：%(role)s")),
        "people:dismiss": _right(N_("免去账号 %(subject)s 的职务：%(role)s")),
        "people:password": _right(N_("更改了账号 %(subject)s 的密码")),
        "people:factor_added": _right(N_("账号 %(subject)s 增加了一种第二重验证")),
        "people:factor_removed": _right(N_("账号 %(subject)s 移除了一种第二重验证")),
        "people:factor_reset": _right(N_("重置了账号 %(subject)s 的第二重验证")),
        "people:recovery_codes": _right(N_("账号 %(subject)s 生成了新的恢复码")),
        "people:recovery_code_used": _right(N_("账号 %(subject)s 用恢复码通过了验证")),
        "people:token": _right(N_("为账号 %(subject)s 生成了访问令牌")),
        "people:revoke": _right(N_("吊销了账号 %(subject)s 的访问令牌")),
        "people:deactivate": _right(N_("停用了账号 %(subject)s")),
        "people:invite": _right(N_("向账号 %(subject)s 发出了设置密码的邀请")),
        "people:reset": _right(N_("向账号 %(subject)s 发出了设置新密码的链接")),
        "people:invitation_withdrawn": _right(N_("撤回了账号 %(subject)s 的设置密码链接")),
        "people:invitation_used": _right(N_("账号 %(subject)s 用链接设置了密码")),
        "people:link": _right(N_("账号 %(subject)s 关联了统一身份")),
        "people:unlink": _right(N_("解除了账号 %(subject)s 的统一身份关联")),
        "people:access_confirmed": _right(N_("权限复核：保留账号 %(subject)s 的一项权限")),
        "people:access_ended": _right(N_("权限复核：终止账号 %(subject)s 的一项权限")),
        "people:activate": _right(N_("恢复了账号 %(subject)s")),
        "people:address": _right(N_("更改了账号 %(subject)s 的联系方式")),
        "people:absence": _right(N_("登记了账号 %(subject)s 的休假或代理人")),
        "tie:declare": _right(N_("登记了账号 %(subject)s 的一项回避关系")),
        "tie:withdraw": _right(N_("撤回了账号 %(subject)s 的一项回避关系")),
        "mandate:record": _right(N_("登记了一份代签授权 %(subject)s")),
        "mandate:revoke": _right(N_("撤销了代签授权 %(subject)s")),
        "round:open": _right(N_("建立了轮次 %(subject)s")),
        "round:dates": _right(N_("更改了轮次 %(subject)s 的期限")),
        "round:settings": _right(N_("更改了轮次 %(subject)s 的设置")),
        "round:screening_settings": _right(N_("更改了轮次 %(subject)s 的筛查参数")),
        "journal:erase": _right(N_("清除了 %(subject)s 的个人信息")),
        "journal:hold": _right(N_("对 %(subject)s 依法保全")),
        "journal:lift": _right(N_("解除了对 %(subject)s 的保全")),
        "retention:erase": _right(N_("清除了一批保存期满的内容（%(subject)s）"), reason=True),
        "keys:add": _right(N_("添加了加密密钥 %(subject)s")),
        "keys:retire": _right(N_("停用了加密密钥 %(subject)s")),
        "audit:ask": Kind(Group.QUESTION, N_("就账号 %(account)s 的查看情况请单位说明")),
        "audit:answer": Kind(Group.QUESTION, N_("答复了关于账号 %(account)s 查看情况的询问"), reason=True),
    }
)
"""Every audited action, in the order of its group."""

_REFUSED = Kind(Group.REFUSAL, N_("办理 %(subject)s 时被拒绝：%(what)s"))


def kind_of(action: str) -> Kind | None:
    """Return the row of an action; an attempt that was refused has one of its own, None is not audited."""
    if action.endswith(REFUSED):
        return _REFUSED
    return AUDITED.get(action)


def actions_of(*groups: Group) -> tuple[str, ...]:
    """Return the actions of these groups by name, those that were refused excepted: they have no fixed names."""
    return tuple(action for action, kind in AUDITED.items() if kind.group in groups)
