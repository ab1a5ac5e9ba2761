"""Is the journal whole? One sentence, said after walking every link; below it the entries, to be filtered and leafed.

Walking costs seconds on a long chain, so it happens when the page is opened and
not again for every leaf of the table. Looks (who saw a full identity, opened
evidence, exported) are a chain of their own: everybody sees their own looks,
the roles that oversee others see them all.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, request
from sqlalchemy import select

from casework import asking, clock, journal
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.journal import Break, JournalCheckpoint, JournalEntry, JournalHead
from casework.journal.checkpoints import latest
from casework.overview.audit import HIDING, not_about
from casework.overview.walls import wall
from casework.people.models import Organisation, Person
from casework.web import words
from casework.web.pages import PAGE_SIZE, page
from casework.web.wording import said
from workflows.access import Actor, Reach, scope_of
from workflows.access_actors import Role

BREAKS = 20
OVERSEERS = frozenset({Role.SUPERVISOR, Role.DISCIPLINE_OFFICER, Role.AUDITOR})
GROUPS = {
    "case": N_("案件"),
    "report": N_("自查报告"),
    "filing": N_("备案"),
    "spot_check": N_("抽查"),
    "intake": N_("导入"),
    "confirmation": N_("毕业生答复"),
    "screening": N_("筛查"),
    "funnel": N_("漏斗图"),
    "rates": N_("去向统计"),
    "sample": N_("抽样"),
    "people": N_("人员"),
    "round": N_("轮次"),
    "deadline": N_("期限"),
    "plan": N_("自查方案"),
    "checklist": N_("自查清单"),
    "measure": N_("整改措施"),
    "mandate": N_("授权与任职文件"),
    "evidence": N_("材料"),
    "person": N_("个人信息"),
    "delivery": N_("消息送达"),
    "channel": N_("发送通道"),
    "service": N_("系统任务"),
    "journal": N_("日志"),
    "audit": N_("审计"),
    "refused": N_("被拒绝的操作"),
}
ACTIONS = {
    "delivery:resend": N_("重发为新消息"),
    "delivery:replay": N_("重放为新消息"),
    "delivery:drop": N_("不再发送"),
    "delivery:look": N_("查看正文"),
    "delivery:trust": N_("确认地址可用"),
    "channel:hold": N_("停用"),
    "channel:release": N_("恢复"),
    "channel:weight": N_("更改权重"),
    "channel:test": N_("发送测试消息"),
    "service:run": N_("手动运行"),
    "journal:erase": N_("清除个人信息"),
    "journal:hold": N_("依法保全"),
    "journal:lift": N_("解除保全"),
    "audit:ask": N_("询问查看情况"),
    "audit:answer": N_("答复询问"),
    "audit:export": N_("导出审计记录"),
    "refused:forbidden": N_("越出权限"),
    "refused:out_of_scope": N_("不在职责范围"),
    "refused:conflict": N_("需要回避"),
    "refused:proof": N_("密码或第二因素不正确"),
    "person:unmask": N_("查看完整身份信息"),
    "evidence:open": N_("打开材料"),
    "report:download": N_("下载文书"),
    "report:package": N_("下载卷宗包"),
    "mandate:record": N_("登记"),
    "mandate:revoke": N_("终止"),
    "mandate:open": N_("打开扫描件"),
    "report:draft": N_("起草"),
    "report:freeze": N_("定稿"),
    "report:sign": N_("签字齐全"),
    "report:signature": N_("签字"),
    "report:file": N_("备案生效"),
    "report:return": N_("被退回"),
    "report:stale": N_("失效"),
    "filing:deliver": N_("报送"),
    "filing:receipt": N_("登记回执"),
    "filing:return": N_("退回"),
    "filing:withdraw": N_("撤回报送"),
    "report:withdraw": N_("撤回"),
    "report:upload": N_("制作上传包"),
    "report:uploaded": N_("登记上传编号"),
    "spot_check:draw": N_("抽取案件"),
    "spot_check:decide": N_("登记抽查结果"),
    "filing:dispose": N_("登记处置意见"),
    "confirmation:take": N_("收到毕业生答复"),
    "intake:take": N_("上传文件"),
    "intake:write": N_("写入数据"),
    "intake:drop": N_("放弃导入"),
    "screening:run": N_("运行筛查"),
    "funnel:export": N_("导出漏斗图数据"),
    "export:events": N_("导出办理过程"),
    "rates:export": N_("导出去向统计"),
    "rates:export_rows": N_("导出去向统计的名单"),
    "screening:stop": N_("停止筛查"),
    "employer:decide": N_("认定用人单位"),
    "plan:issue": N_("印发自查通知（方案）"),
    "checklist:answer": N_("答复自查清单"),
    "measure:add": N_("列出整改措施"),
    "measure:finish": N_("完成整改措施"),
    "deadline:move": N_("期限变动"),
    "round:open": N_("建立轮次"),
    "round:dates": N_("更改期限"),
    "round:settings": N_("更改设置"),
    "round:screening_settings": N_("更改筛查参数"),
    "people:organisations": N_("导入机构"),
    "people:add": N_("新建账号"),
    "people:appoint": N_("任职"),
    "people:dismiss": N_("免去职务"),
    "people:password": N_("更改密码"),
    "people:sign_in": N_("登录"),
    "people:sign_out": N_("退出登录"),
    "people:factor_added": N_("增加第二重验证"),
    "people:factor_removed": N_("移除第二重验证"),
    "people:factor_reset": N_("重置第二重验证"),
    "people:recovery_codes": N_("生成恢复码"),
    "people:recovery_code_used": N_("使用恢复码"),
    "people:token": N_("生成访问令牌"),
    "people:revoke": N_("吊销访问令牌"),
    "people:deactivate": N_("停用账号"),
    "people:activate": N_("恢复账号"),
    "people:absence": N_("登记休假"),
}


@dataclass(frozen=True)
class Verdict:
    """What the walk found: how far, how long it took, and every place that does not hold."""

    chain: str
    seq: int
    head: str
    breaks: tuple[Break, ...]
    seconds: float
    checkpoint: JournalCheckpoint | None


@signed_in
def verified() -> Response:
    """Say whether the journal of an organisation holds, and show its entries."""
    actor = current_actor()
    organisations = _organisations(actor)
    if not organisations:
        raise Forbidden(N_("您的角色不能校验日志。"))
    organisation = next((each for each in organisations if each.code == request.args.get("at")), organisations[0])
    chain = journal.LOOKS if request.args.get("chain") == journal.LOOKS else journal.MAIN
    oversees = _oversees(actor)
    given = {name: request.args.get(name, "").strip() for name in ("action", "who", "subject")}
    if chain == journal.LOOKS and not oversees:
        given["who"] = ""
    before = whole_number(request.args.get("before", ""))  # anything else begins with the newest
    found = _entries(
        organisation.id,
        chain,
        given,
        before=before,
        only=None if oversees or chain == journal.MAIN else str(actor.id),
        bodies=actor.bodies,
    )
    shown = found[:PAGE_SIZE]
    verdicts = () if before is not None or any(given.values()) else _walks(organisation.id)
    return page(
        "journal/page.html",
        organisations=organisations,
        organisation=organisation,
        chain=chain,
        oversees=oversees,
        verdicts=verdicts,
        wall=wall() if verdicts else None,
        whole=not any(each.breaks for each in verdicts),
        entries=shown,
        names=_names(shown),
        given=given,
        filtered=any(given.values()),
        groups=[(code, said(label)) for code, label in GROUPS.items()],
        action_words=action_words,
        before=before,
        next=shown[-1].seq if len(found) > PAGE_SIZE else 0,
        checked_at=clock.now(),
    )


def action_words(action: str) -> str:
    """Return what an entry's action means, in the words of the case story where it is one of a case."""
    if action in ACTIONS:
        return said(ACTIONS[action])
    group, _, step = action.partition(":")
    if group == "case" and step in words.MOVES:
        return said(words.MOVES[step][0])
    return action


def _organisations(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations whose journal this person may verify: their own seats first, then those below."""
    scopes = scope_of(actor, "journal:verify")
    seats = [scope.organisation_id for scope in scopes]
    own = db.session.scalars(select(Organisation).where(Organisation.id.in_(seats)).order_by(Organisation.id)).all()
    wide = {scope.organisation_id for scope in scopes if scope.reach is Reach.BELOW}
    paths = [each.path for each in own if each.id in wide]
    kept = select(JournalHead.organisation_id).where(JournalHead.chain == journal.MAIN)
    others = db.session.scalars(
        select(Organisation).where(Organisation.id.in_(kept), Organisation.id.not_in(seats)).order_by(Organisation.path)
    )
    return [*own, *(each for each in others if any(each.path.startswith(path) for path in paths))]


def _oversees(actor: Actor) -> bool:
    return any(held.role in OVERSEERS for held in actor.appointments)


def _walks(organisation_id: int) -> tuple[Verdict, ...]:
    return tuple(_walk(organisation_id, chain) for chain in (journal.MAIN, journal.LOOKS))


def _walk(organisation_id: int, chain: str) -> Verdict:
    began = time.monotonic()
    breaks = []
    for each in journal.verify(organisation_id, chain):
        breaks.append(each)
        if len(breaks) >= BREAKS:
            break
    seq, head = journal.head(organisation_id, chain)
    return Verdict(chain, seq, head, tuple(breaks), time.monotonic() - began, latest(organisation_id, chain))


@asking.reaching("cases", "leads", why=HIDING)
def _entries(
    organisation_id: int,
    chain: str,
    given: Mapping[str, str],
    *,
    before: int | None,
    only: str | None,
    bodies: Collection[int],
) -> Sequence[JournalEntry]:
    """Return a page of entries, newest first, and one more when there is a next page.

    The chain is walked whole; entries on what is about the reader's own body are walked and not shown.
    """
    wanted = select(JournalEntry).filter_by(organisation_id=organisation_id, chain=chain).where(not_about(bodies))
    if only is not None:
        wanted = wanted.where(JournalEntry.actor == only)
    if before is not None:
        wanted = wanted.where(JournalEntry.seq < before)
    if given["action"]:
        wanted = wanted.where(JournalEntry.action.startswith(f"{given['action']}:", autoescape=True))
    if given["subject"]:
        wanted = wanted.where(JournalEntry.subject == given["subject"].upper())
    if given["who"]:
        wanted = wanted.where(JournalEntry.actor.in_(_ids_of(given["who"])))
    return db.session.scalars(wanted.order_by(JournalEntry.seq.desc()).limit(PAGE_SIZE + 1)).all()


def _ids_of(login: str) -> list[str]:
    """Return whom a filter means: an account by its login, never by name, since addresses carry no names."""
    return [str(found) for found in db.session.scalars(select(Person.id).where(Person.login == login))]


def _names(entries: Sequence[JournalEntry]) -> dict[str, tuple[str, str]]:
    ids = {int(entry.actor) for entry in entries if entry.actor.isdigit()}
    rows = db.session.execute(select(Person.id, Person.name, Person.login).where(Person.id.in_(ids)))
    return {str(row.id): (row.name, row.login) for row in rows}
