"""The audience: everybody whom a rule names and who has not answered, less those who are not to be told, with reasons.

Every question is one statement that reads the records of the organisation once.
What lasts (opted out, no address, a broken address) keeps a graduate off the
list; a reminder of the last days keeps them out of one wave only, so that the
list of a whole August does not lose who happened to be told on its eve.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, literal, not_, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute

from casework.campaigns.answers import answered
from casework.campaigns.models import Campaign, GraduateContact, Recipient
from casework.campaigns.rule import Rule, within
from casework.cases.canonical import canonical_bytes
from casework.db import db
from casework.errors import N_
from casework.intake.models import Record, Revision
from casework.people.models import Organisation

SMS, MAIL = "sms", "smtp"
CHANNELS = (SMS, MAIL)
"""By what a graduate is reached, whoever carries it; a way that is broken stands under the same words."""
QUIET = timedelta(hours=72)
"""For so long after one reminder the next one waits."""
SAMPLE = 20
OPTED_OUT, NO_ADDRESS, BROKEN, LATELY = "opted_out", "no_address", "address_broken", "reminded_lately"
LASTING = (OPTED_OUT, NO_ADDRESS, BROKEN)
REASONS: Mapping[str, str] = {
    OPTED_OUT: N_("本人已退订"),
    NO_ADDRESS: N_("没有登记联系方式"),
    BROKEN: N_("联系方式无法送达"),
    LATELY: N_("72 小时内已提醒过，本次批次不发，仍在名单内"),
}
"""Every reason for which somebody whom the rule names is not told, in the order in which they are asked."""


@dataclass(frozen=True)
class Count:
    """How many the rule names, how many of them stay on the list, and why the others do not.

    `left_off` maps lasting reasons to numbers; `lately` counts those on the list whom a wave of this moment would
    still leave alone.
    """

    named: int
    listed: int
    left_off: Mapping[str, int]
    lately: int


def address_of(channel: str) -> InstrumentedAttribute[str | None]:
    """Return the blind index of the newest revision that says where a channel reaches a graduate."""
    return Revision.phone_index if channel == SMS else Revision.email_index


def usable(channel: str) -> ColumnElement[bool]:
    """Say whether a channel may reach the graduate of a record: registered, and not known to be broken."""
    broken = exists().where(
        GraduateContact.record_id == Record.id,
        GraduateContact.channel == channel,
        GraduateContact.state == "invalid",
    )
    return and_(address_of(channel).is_not(None), not_(broken))


def opted_out() -> ColumnElement[bool]:
    """Say whether the graduate of a record has asked not to be reminded, by whichever channel."""
    return exists().where(GraduateContact.record_id == Record.id, GraduateContact.state == "opted_out")


def verdict(channels: Sequence[str], *, reminded: ColumnElement[bool]) -> ColumnElement[str]:
    """Return the first reason that applies to a record, or the empty text for whoever is to be told."""
    known = or_(*(address_of(channel).is_not(None) for channel in channels))
    return case(
        (opted_out(), OPTED_OUT),
        (not_(known), NO_ADDRESS),
        (not_(or_(*(usable(channel) for channel in channels))), BROKEN),
        (reminded, LATELY),
        else_=literal(""),
    )


def named(rule: Rule, *, organisation: Organisation, round_id: int) -> Select[int]:
    """Return the records that a rule names: of this organisation and round, unanswered, and by name."""
    return (
        select(Record.id)
        .join(Revision, Revision.id == Record.revision_id)
        .where(Record.round_id == round_id, within(organisation), rule.condition(), not_(answered(Record.id)))
    )


def count(
    rule: Rule, *, organisation: Organisation, round_id: int, channels: Sequence[str], reminded: ColumnElement[bool]
) -> Count:
    """Count the audience as it is now, in one statement."""
    reason = verdict(channels, reminded=reminded).label("reason")
    inner = named(rule, organisation=organisation, round_id=round_id).add_columns(reason).subquery()
    wanted = select(inner.c.reason, func.count()).group_by(inner.c.reason)
    by_reason: dict[str, int] = {row[0]: row[1] for row in db.session.execute(wanted)}
    left_off = {name: by_reason[name] for name in LASTING if by_reason.get(name)}
    total = sum(by_reason.values())
    return Count(total, total - sum(left_off.values()), left_off, by_reason.get(LATELY, 0))


def sample(
    rule: Rule, *, organisation: Organisation, round_id: int, channels: Sequence[str], most: int = SAMPLE
) -> Sequence[Record]:
    """Return some of those who would be on the list, spread by their unguessable refs, the same ones each time."""
    on_list = named(rule, organisation=organisation, round_id=round_id).where(_stays(channels))
    chosen = on_list.order_by(Record.ref).limit(most).subquery()
    return db.session.scalars(select(Record).where(Record.id.in_(select(chosen.c.id))).order_by(Record.ref)).all()


def freeze(campaign: Campaign, rule: Rule) -> int:
    """Write the list of a campaign in one statement; return how many are on it. What was on it before is not asked."""
    first = case(*((usable(channel), address_of(channel)) for channel in campaign.channels), else_=literal(None))
    on_list = (
        named(rule, organisation=campaign.organisation, round_id=campaign.round_id)
        .where(_stays(campaign.channels))
        .add_columns(first, literal(campaign.id))
        .order_by(Record.id)
    )
    columns = ["record_id", "address_key", "campaign_id"]
    db.session.execute(insert(Recipient).from_select(columns, on_list, include_defaults=False))
    if db.engine.dialect.name == "postgresql":  # a list that nobody has counted is taken for empty, and read at length
        db.session.execute(text("ANALYZE campaign_recipients"))
    # Counted by asking: the number of rows that an INSERT reports differs between the drivers.
    written = select(func.count()).select_from(Recipient).filter_by(campaign_id=campaign.id)
    return db.session.scalar(written) or 0


def list_hash(campaign: Campaign, rule: Rule) -> str:
    """Return SHA-256 over the rule and the public refs of everybody on the list, in the order of their records."""
    made = sha256(canonical_bytes(rule.plain()))
    refs = (
        select(Record.ref)
        .join(Recipient, Recipient.record_id == Record.id)
        .where(Recipient.campaign_id == campaign.id)
        .order_by(Recipient.record_id)
    )
    for part in db.session.scalars(refs).partitions(10_000):
        made.update("".join(f"\n{ref}" for ref in part).encode())
    return made.hexdigest()


def _stays(channels: Sequence[str]) -> ColumnElement[bool]:
    return and_(not_(opted_out()), or_(*(usable(channel) for channel in channels)))
