"""What keeps messages from leaving though they are ready: the clock fuse, and kinds that a carrier's check has refused.

Both are open alarms, so that a person sees why nothing leaves, and so that
ending the alarm is what lets it go on. Nothing is lost meanwhile: what is ready
stays ready.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select

from casework.db import db
from casework.notices.models import Alarm, Message
from notifications.kinds import CAMPAIGN

CLOCK_FUSE, TEMPLATE_REFUSED = "clock_fuse", "template_refused"


@dataclass(frozen=True)
class Stops:
    """What is stopped at this moment: everything, or (channel, kind) of campaigns."""

    everything: bool = False
    kinds: Collection[tuple[str, str]] = ()

    def of(self, channel: str) -> ColumnElement[bool]:
        """Return which messages of a channel stay where they are."""
        held = sorted(kind for where, kind in self.kinds if where == channel)
        return and_(Message.class_ == CAMPAIGN, Message.kind.in_(held)) if held else false()

    def of_all(self) -> ColumnElement[bool]:
        """Return which messages stay where they are, on any channel."""
        channels = sorted({channel for channel, _ in self.kinds})
        return or_(false(), *(and_(Message.channel == channel, self.of(channel)) for channel in channels))


NOTHING = Stops()


def stops() -> Stops:
    """Return what is stopped now."""
    wanted = select(Alarm.code, Alarm.subject).where(
        Alarm.open_key == 0, Alarm.code.in_((CLOCK_FUSE, TEMPLATE_REFUSED))
    )
    rows = db.session.execute(wanted).all()
    return Stops(
        everything=any(row.code == CLOCK_FUSE for row in rows),
        kinds={_parts(row.subject) for row in rows if row.code == TEMPLATE_REFUSED},
    )


def subject_of(channel: str, kind: str) -> str:
    """Return the subject of the alarm that stops a kind on a channel."""
    return f"{channel}:{kind}"


def _parts(subject: str) -> tuple[str, str]:
    channel, _, kind = subject.partition(":")
    return channel, kind
