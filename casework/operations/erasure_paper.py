"""The paper about an erasure: what went, when, by whom, and the proof that the journal says so.

It names nobody whose data went. Anybody can follow it with SHA-256 alone: the
entry is a leaf, the proof leads from it to the root that the checkpoint holds.
"""

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.errors import N_, NotFound
from casework.journal import MAIN, JournalEntry
from casework.journal.checkpoints import covering, prove
from casework.operations.erase_round import DONE
from casework.operations.permit import answered_as, permit
from casework.overview.erasures import Erasure
from workflows.access import Actor

LABELS = {
    "records": N_("毕业生登记"),
    "cases": N_("案件"),
    "leads": N_("线索"),
    "reports": N_("自查报告"),
    "letters": N_("信件"),
    "files": N_("材料文件"),
    "values": N_("日志旁封存的内容"),
}
"""What proposals and papers count; the paper itself is Chinese, pages translate."""


def erasure_paper(ref: str, *, actor: Actor) -> str:
    """Return the text; raise `NotFound` for what is not erased, or lies with another office."""
    found = db.session.scalars(select(Erasure).filter_by(ref=ref)).one_or_none()
    if found is None:
        raise _absent()
    with answered_as(_absent()):
        permit(actor, "journal:verify", organisation=found.organisation)
    entry = db.session.scalars(
        select(JournalEntry).filter_by(subject=ref, action=DONE).order_by(JournalEntry.id.desc()).limit(1)
    ).one_or_none()
    if found.done_at is None or entry is None or found.done_by is None:
        raise _absent()
    lines = [
        "个人信息到期清除证明",
        "",
        f"编号：{found.ref}",
        f"单位：{found.organisation.name}（{found.organisation.code}）",
        f"轮次：{found.round.name}（{found.round.code}），保存上限 {found.over_on.isoformat()}",
        f"办理时间：{found.done_at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}",
        f"确认人：{found.done_by.name}（{found.done_by.login}）",
        "",
        "已清除（数量）：",
        *(f"  {label}　{found.counts.get(name, 0)}" for name, label in LABELS.items()),
        "",
        "保留：数字、状态、代码、哈希和日志链。他人也持有的文件（其他单位、签字文书）未清除。",
        "此前的备份仍含上述内容，须按备份的保存期限销毁。",
        "",
        f"日志：{entry.chain} 链第 {entry.seq} 条",
        f"该条哈希：{entry.hash}",
    ]
    checkpoint = covering(entry.organisation_id, MAIN, entry.seq)
    proof = prove(checkpoint, entry.seq) if checkpoint is not None else None
    if proof is not None:
        lines += [
            f"检查点：共 {proof.size} 条，默克尔根 {proof.root}",
            "包含证明（RFC 6962，自叶到根）：",
            *(f"  {node}" for node in proof.proof),
        ]
    return "\n".join(lines) + "\n"


def _absent() -> NotFound:
    return NotFound(N_("没有找到这项到期清除，或还没有办理。"))
