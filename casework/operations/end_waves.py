"""End waves before their time, and take back what they have not sent."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from casework import clock
from casework.campaigns.models import Wave
from casework.db import db
from casework.notices.models import Message
from casework.notices.statuses import move

UNDER_WAY, ENDED = ("fanning", "sending"), ("done", "skipped")
AT_ONCE = 5000


def end_waves(waves: Iterable[Wave]) -> None:
    """Let these waves say nothing more: those under way are done, those that were planned are passed over."""
    for wave in waves:
        if wave.state == "planned":
            skip_wave(wave)
        elif wave.state in UNDER_WAY:
            wave.state, wave.ended_at = "done", clock.now()


def skip_wave(wave: Wave) -> None:
    """Pass over a wave that is planned: the next one speaks to the same people. One that has begun stays as it is."""
    if wave.state == "planned":
        wave.state, wave.ended_at = "skipped", clock.now()


def take_back(wave_ids: Sequence[int], *, note: str) -> int:
    """Cancel some of the letters of these waves that are ready; return how many. The gate stops what is on its way."""
    ready = select(Message.id).where(Message.wave_id.in_(wave_ids), Message.state == "ready").limit(AT_ONCE)
    return len(move(db.session.scalars(ready).all(), leaves="ready", enters="cancelled", note=note))


def take_back_all(wave_ids: Sequence[int], *, note: str) -> None:
    """Cancel every letter of these waves that is ready, in the present unit of work."""
    while take_back(wave_ids, note=note):
        pass
