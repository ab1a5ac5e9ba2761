"""The next part of a frozen list, each graduate with the first reason that applies at this moment, and the way out.

A part costs the same wherever the list stands and however long it is: it is read
in the order of its unique key, and every question about a graduate is asked of an
index. What the planner would rather do, reading a whole table once for a few
thousand graduates, is quick for the first part and slow for the thousandth.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, and_, case, exists, literal, select, text
from sqlalchemy.orm import aliased

from casework import clock
from casework.campaigns.answers import answered
from casework.campaigns.audience import QUIET, address_of, usable, verdict
from casework.campaigns.models import Campaign, Recipient, Wave
from casework.db import db
from casework.intake.models import Record, Revision
from casework.notices.reminders import reminded, told_in

TOLD, ANSWERED = "told", "answered"
_BY_INDEX = text("SET LOCAL enable_seqscan = off")
"""Until the commit: what is written after it is a part's letters, and what they refer to is looked up too."""


def next_shard(wave: Wave, campaign: Campaign, channels: Sequence[str], *, size: int) -> Sequence[Row]:
    """Return the next graduates of the list, in the order of their records, as many as there are up to `size`.

    A row has `id`, `record_id`, `address_key`, `organisation_id`; the `verdict`, empty for whoever is to be told; the
    `way` out with the blind index of its address as `key`; and whether that address is `shared` with somebody who has
    a letter of this wave.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(_BY_INDEX)
    key: ColumnElement = case(*((usable(channel), address_of(channel)) for channel in channels), else_=literal(None))
    said = case(
        (told_in(Record.id, wave.id), TOLD),
        (answered(Record.id), ANSWERED),
        else_=verdict(channels, reminded=reminded(Record.id, since=clock.now() - QUIET, but_wave=wave.id)),
    )
    part = (
        select(
            Recipient.id,
            Recipient.record_id,
            Recipient.address_key,
            Record.organisation_id,
            said.label("verdict"),
            case(*((usable(channel), channel) for channel in channels), else_=literal("")).label("way"),
            key.label("key"),
        )
        .join(Record, Record.id == Recipient.record_id)
        .join(Revision, Revision.id == Record.revision_id)
        .where(Recipient.campaign_id == campaign.id, Recipient.record_id > wave.cursor)
        .order_by(Recipient.record_id)
        .limit(size)
        .subquery("part")
    )
    other = aliased(Recipient)
    same = exists().where(
        other.campaign_id == campaign.id,
        other.address_key == part.c.key,
        other.record_id != part.c.record_id,
        told_in(other.record_id, wave.id),
    )
    wanted = select(part, and_(part.c.verdict == "", same).label("shared")).order_by(part.c.record_id)
    return db.session.execute(wanted).all()
