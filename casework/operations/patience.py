"""How long somebody waits after wrong passwords and codes: the more of them in a row, the longer.

Four mistakes are free, as people make them; then the waiting doubles from a minute
up to a quarter of an hour, and no further: nothing is ever locked for good. It is
counted apart at the door, where anybody may try any account, and inside a session,
where only the person can: so nobody outside can keep a leader from signing.
"""

from datetime import datetime, timedelta
from typing import Protocol

from casework import clock
from casework.errors import N_, Forbidden
from casework.people.models import Person

FREE = 4
FIRST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=12)


class Tried(Protocol):
    """An account at the door, whether it exists or not: how often it was tried in vain, and until when it waits."""

    failed_logins: int
    locked_until: datetime | None


def waiting_after(failures: int) -> timedelta:
    """Return how long is waited after so many mistakes in a row."""
    if failures <= FREE:
        return timedelta()
    return min(FIRST * 2 ** min(failures - FREE - 1, 10), LONGEST)


def count_at_door(tried: Tried) -> None:
    """Count a mistake at the door."""
    tried.failed_logins, tried.locked_until = _next(tried.failed_logins, tried.locked_until)


def count_proof(person: Person) -> None:
    """Count a mistake of somebody who is signed in, or half-way in."""
    person.failed_proofs, person.proofs_wait_until = _next(person.failed_proofs, person.proofs_wait_until)


def forget_at_door(tried: Tried) -> None:
    """Forget the mistakes at the door: the right password was given."""
    tried.failed_logins, tried.locked_until = 0, None


def forget_proofs(person: Person) -> None:
    """Forget the mistakes inside: the person has proved who they are."""
    person.failed_proofs, person.proofs_wait_until = 0, None


def refuse_waiting(until: datetime | None) -> None:
    """Raise `Forbidden`, saying until when, while somebody has to wait."""
    if until is not None and until > clock.now():
        at = until.astimezone(clock.BEIJING).strftime("%H:%M:%S")
        raise Forbidden(
            N_("连续输错多次，请在 %(until)s 以后再试；忘记密码的，请本单位系统管理员发送重设密码的链接。"),
            code="locked",
            params={"until": at},
        )


def _next(failures: int, until: datetime | None) -> tuple[int, datetime | None]:
    now = clock.now()
    count = 1 if until is not None and now - until > FORGOTTEN_AFTER else failures + 1
    waiting = waiting_after(count)
    return count, now + waiting if waiting else None
