"""What keeps messages from leaving though they are ready: the clock fuse, refused kinds, and paused campaigns.

The first two are open alarms, so that a person sees why nothing leaves, and so that
ending the alarm is what lets it go on; a campaign goes on by a person's word.
Nothing is lost meanwhile: what is ready stays ready.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select

from casework.db import db
from casework.notices.models import Alarm, Message
from casework.notices.under_way import UnderWay, waves_that_speak
from notifications.kinds import CAMPAIGN

CLOCK_FUSE, TEMPLATE_REFUSED = "clock_fuse", "template_refused"


@dataclass(frozen=True)
class Stops:
    """What is stopped at this moment: everything, (channel, kind) of campaigns, or waves that do not run."""

    everything: bool = False
    kinds: Collection[tuple[str, str]] = ()
    waves: Sequence[UnderWay] = ()  # all that are under way, those that run among them

    def of(self, channel: str) -> ColumnElement[bool]:
        """Return which messages of a channel stay where they are."""
        held = sorted(kind for where, kind in self.kinds if where == channel)
        refused = and_(Message.class_ == CAMPAIGN, Message.kind.in_(held)) if held else false()
        return or_(refused, self._waits())

    def of_all(self) -> ColumnElement[bool]:
        """Return which messages stay where they are, on any channel."""
        channels = sorted({channel for channel, _ in self.kinds})
        return or_(self._waits(), *(and_(Message.channel == channel, self.of(channel)) for channel in channels))

    def _waits(self) -> ColumnElement[bool]:
        """Return which messages wait with their campaign; never unknown, for most messages belong to none."""
        waiting = [wave.wave_id for wave in self.waves if not wave.runs]
        return and_(Message.wave_id.is_not(None), Message.wave_id.in_(waiting)) if waiting else false()


NOTHING = Stops()


def stops() -> Stops:
    """Return what is stopped now."""
    wanted = select(Alarm.code, Alarm.subject).where(
        Alarm.open_key == 0, Alarm.code.in_((CLOCK_FUSE, TEMPLATE_REFUSED))
    )
    rows = db.session.execute(wanted).all()
    return Stops(
        waves=waves_that_speak(),
        everything=any(row.code == CLOCK_FUSE for row in rows),
        kinds={_parts(row.subject) for row in rows if row.code == TEMPLATE_REFUSED},
    )


def subject_of(channel: str, kind: str) -> str:
    """Return the subject of the alarm that stops a kind on a channel."""
    return f"{channel}:{kind}"


def _parts(subject: str) -> tuple[str, str]:
    channel, _, kind = subject.partition(":")
    return channel, kind
