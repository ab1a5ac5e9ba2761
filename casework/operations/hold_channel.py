"""Hold a way out by a person's decision, open it again, weigh it, and try it out.

What a provider's refusal holds is tried again by itself after a while; what a
person holds stays held until a person opens it. Messages wait meanwhile, and
nothing is lost.
"""

from sqlalchemy import select

from casework import clock, journal
from casework.db import db, insert_new
from casework.errors import N_, Conflict, Forbidden, Invalid, NotFound
from casework.notices import ways
from casework.notices.models import Message, Provider
from casework.notices.post import Notice, post, ring
from casework.operations.permit_message import ACT
from casework.operations.permit_service import watches
from casework.people.models import Person
from notifications.kinds import ESCALATION
from workflows.access import SYSTEM, Actor, scope_of

HEAVIEST = 100
LONGEST = 200


def hold_channel(channel: str, *, reason: str, actor: Actor) -> Provider:
    """Keep everything of a channel back until somebody releases it; raises `Invalid` without a reason."""
    provider = _changed(channel, actor)
    if not reason.strip():
        raise Invalid(N_("没有写理由，没有停用。"), fields={"reason": N_("请写明为什么停用。")})
    if len(reason) > LONGEST:
        raise Invalid(N_("理由过长，没有停用。"), fields={"reason": N_("最多%(most)s个字。")}, params={"most": LONGEST})
    if provider.held_by_id is not None:
        raise Conflict(N_("这个通道已经停用，没有重复办理。请刷新后再看。"), code="held")
    provider.held_at, provider.held_because, provider.held_by_id = clock.now(), reason.strip(), actor.id
    _say("channel:hold", channel, actor, reason=reason.strip())
    return provider


def release_channel(channel: str, *, actor: Actor) -> Provider:
    """Open a held channel again, whoever or whatever held it; what waits is rung for."""
    provider = _changed(channel, actor)
    if provider.held_at is None:
        raise Conflict(N_("这个通道没有停用，不需要恢复。请刷新后再看。"), code="not_held")
    provider.held_at, provider.held_because, provider.held_by_id = None, "", None
    ring(channel)
    _say("channel:release", channel, actor)
    return provider


def weigh_channel(channel: str, *, weight: int | None, actor: Actor) -> Provider:
    """Say how often an SMS provider is taken beside the others; 0 takes it out, but never the last one.

    None stands for what was given and is no whole number: `Invalid`, as one that is too great.
    """
    provider = _changed(channel, actor)
    if channel not in ways.SMS:
        raise Conflict(N_("只有短信服务商之间可以分配权重。"), code="no_weight")
    if weight is None or not 0 <= weight <= HEAVIEST:
        raise Invalid(
            N_("权重须在0到%(most)s之间，没有保存。"),
            fields={"weight": N_("请填0到%(most)s之间的整数。")},
            params={"most": HEAVIEST},
        )
    if weight == 0 and not _others_weigh(channel):
        raise Conflict(N_("没有别的短信服务商可用，权重不能为0。要停发短信，请停用通道并写明理由。"), code="last_one")
    before, provider.weight = provider.weight, weight
    _say("channel:weight", channel, actor, before=before, weight=weight)
    return provider


def send_test(channel: str, *, actor: Actor) -> Message:
    """Send oneself a test message, which leaves at once and alone; raises `Conflict` where one has no address."""
    _permit(channel, actor)
    person = db.session.get_one(Person, actor.id)
    if not ways.address_of(person, channel=channel):
        raise Conflict(N_("您自己没有这个通道的地址，没有发送。请先在通知设置中填写。"), code="no_address")
    notice = Notice(
        kind="test_message",
        person_id=person.id,
        channel=channel,
        dedup=f"test:{clock.now().isoformat()}",
        message_class=ESCALATION,  # never gathered with others, never put off
        params={"at": clock.now().isoformat()},
    )
    post([notice])
    _say("channel:test", channel, actor)
    return db.session.scalars(select(Message).filter_by(dedup_key=notice.dedup_key)).one()


def _changed(channel: str, actor: Actor) -> Provider:
    """Return the row of a channel that leads out of the house, locked; the first change makes it."""
    _permit(channel, actor)
    insert_new(Provider, keys=["channel"], channel=channel, weight=1, held_because="")
    wanted = select(Provider).filter_by(channel=channel).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _permit(channel: str, actor: Actor) -> None:
    if not watches(actor, ACT):
        raise Forbidden(N_("发送通道由全部单位共用，由本系统最上级的系统管理员办理。"), code="shared_with_others")
    if channel not in ways.out():
        raise NotFound(N_("没有启用这个通道。请先在服务器的设置中启用。"))


def _others_weigh(channel: str) -> bool:
    """Say whether another provider that the settings name is taken at all."""
    others = set(ways.SMS) & set(ways.out()) - {channel}
    stopped = db.session.scalars(select(Provider.channel).where(Provider.channel.in_(others), Provider.weight == 0))
    return bool(others - set(stopped))


def _say(action: str, channel: str, actor: Actor, *, reason: str = "", **facts: int) -> None:
    seats = [] if actor is SYSTEM else [scope.organisation_id for scope in scope_of(actor, ACT)]
    journal.record(
        organisation_id=seats[0] if seats else 0,
        action=action,
        actor=str(actor.id),
        subject=channel,
        facts=facts,
        personal={"reason": reason} if reason else {},
    )
