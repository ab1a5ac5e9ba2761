"""What was said to whom and when, as an office reads it: a line a day, person, kind and way; and the sums."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.notices.gathering import GATHERED
from casework.notices.models import Message, SendAttempt
from casework.notices.ways import INBOX
from casework.people.models import Person

OUTSIDE = ("accepted", "delivered")
CLIMBS = ("case_escalated", "report_escalated")
LEVELS = ("supervisor", "vice_leader", "party_leader", "admin_leader", "level_above")


@dataclass(frozen=True)
class Line:
    """On a day, somebody heard so many messages of a kind by a way, about so many matters together."""

    day: date
    login: str
    kind: str
    channel: str
    messages: int
    about: int


@dataclass(frozen=True)
class Sums:
    """The season in numbers: letters per person and day, escalations by level, cases."""

    letters: int
    most_letters_a_day: int
    median_letters_a_day: float
    escalated: dict[str, int]
    cases: int
    finished: int
    late: int


def lines() -> tuple[Line, ...]:
    """Return everything that was heard, by day; what left the house counts on the day on which it left."""
    spoken_for = Counter(
        db.session.scalars(select(Message.bundle_id).where(Message.state == "merged", Message.bundle_id.is_not(None)))
    )
    counted: dict[tuple[date, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    rows = db.session.execute(
        select(Message, Person.login, SendAttempt.submitting_at)
        .join(Person, Person.id == Message.person_id)
        .outerjoin(SendAttempt, SendAttempt.id == Message.attempt_id)
        .where((Message.channel == INBOX) | Message.state.in_(OUTSIDE))
        .order_by(Message.id)
    )
    for message, login, left_at in rows:
        day = (left_at or message.created_at).astimezone(clock.BEIJING).date()
        place = counted[day, login, message.kind, message.channel]
        place[0] += 1
        place[1] += _about(message, spoken_for)
    return tuple(Line(*key, *numbers) for key, numbers in sorted(counted.items()))


def sums(said: Sequence[Line], *, cases: int, finished: int, late: int) -> Sums:
    """Return the season's numbers."""
    letters: Counter[tuple[date, str]] = Counter()
    for line in said:
        if line.channel != INBOX:
            letters[line.day, line.login] += line.messages
    return Sums(
        letters=letters.total(),
        most_letters_a_day=max(letters.values(), default=0),
        median_letters_a_day=median(letters.values()) if letters else 0.0,
        escalated=_escalated(),
        cases=cases,
        finished=finished,
        late=late,
    )


def _about(message: Message, spoken_for: Counter[int | None]) -> int:
    if message.kind == GATHERED:
        return spoken_for[message.id]
    if message.kind == "digest":
        return sum(int(message.params.get(name) or 0) for name in ("overdue", "escalated", "due_soon"))
    return 1


def _escalated() -> dict[str, int]:
    """Count what climbed, by the role in which it was heard."""
    climbed = select(Message.params).where(Message.channel == INBOX, Message.kind.in_(CLIMBS))
    roles = Counter(role for params in db.session.scalars(climbed) for role in params.get("role") or ())
    return {level: roles[level] for level in LEVELS}
