"""What an administrator should look at again: accounts and keys that may no longer be needed, each as a question.

A line says what was found, never that somebody did wrong. What was confirmed with
a reason is not asked again for ninety days.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, exists, func, or_, select

from casework import clock
from casework.db import db
from casework.errors import N_
from casework.overview import roster
from casework.people.models import ApiToken, Appointment, Person
from casework.people.sign_in import Authenticator
from casework.people.ways_in import AccessDecision
from workflows.access import Actor

IDLE, ENDED, NO_SECOND_FACTOR, MANY_ROLES, TOKEN_UNUSED = (
    "idle",
    "ended",
    "no_second_factor",
    "many_roles",
    "token_unused",
)
FINDINGS: Mapping[str, str] = MappingProxyType(
    {
        IDLE: N_("超过90天没有登录"),
        ENDED: N_("账号在用，没有现任职务"),
        NO_SECOND_FACTOR: N_("没有第二重验证"),
        MANY_ROLES: N_("同时担任三项以上职务"),
        TOKEN_UNUSED: N_("令牌超过90天没有使用"),
    }
)
"""What is looked for, in the order of pages."""
LONG, ASKED_AGAIN = timedelta(days=90), timedelta(days=90)
MANY = 3


@dataclass(frozen=True)
class Line:
    """One thing to confirm or to end: of whom, what was found, which token, and since when."""

    person: Person
    finding: str
    about: str = ""
    name: str = ""
    since: datetime | None = None


def review(actor: Actor, *, finding: str = "", after: str = "", limit: int = 50) -> tuple[list[Line], str]:
    """Return the lines of a page of accounts in the order of their logins, and the login to go on after (or "")."""
    conditions = _conditions()
    wanted = or_(*conditions.values()) if finding not in conditions else conditions[finding]
    inside = [each.id for each in roster.organisations(actor)]
    holds = select(Appointment.person_id).where(Appointment.organisation_id.in_(inside))
    accounts = select(Person).where(Person.active, Person.id.in_(holds), wanted, Person.login > after)
    found = db.session.scalars(accounts.options(roster.offices_loaded()).order_by(Person.login).limit(limit + 1)).all()
    shown = found[:limit]
    lines = [line for line in _lines(shown) if finding in ("", line.finding)]
    return lines, shown[-1].login if len(found) > limit else ""


def lines_of(person: Person) -> list[Line]:
    """Return what is to be looked at again of one account."""
    return list(_lines([person]))


def _lines(people: Sequence[Person]) -> Iterator[Line]:
    ids = [person.id for person in people]
    now = clock.now()
    strong = set(db.session.scalars(select(Authenticator.person_id).where(_strong(), Authenticator.person_id.in_(ids))))
    tokens = db.session.scalars(
        select(ApiToken).where(ApiToken.person_id.in_(ids), _unused()).order_by(ApiToken.id)
    ).all()
    kept = _confirmed(ids)
    for person in people:
        held = roster.present_offices(person)
        found = [
            Line(person, IDLE, since=person.seen_at) if person.seen_at is None or person.seen_at < now - LONG else None,
            None if held else Line(person, ENDED),
            None if person.id in strong else Line(person, NO_SECOND_FACTOR),
            Line(person, MANY_ROLES) if len(held) >= MANY else None,
            *(
                Line(person, TOKEN_UNUSED, token.ref, token.name, token.used_at or token.created_at)
                for token in tokens
                if token.person_id == person.id
            ),
        ]
        yield from (line for line in found if line and (person.id, line.finding, line.about) not in kept)


def _confirmed(ids: Sequence[int]) -> set[tuple[int, str, str]]:
    rows = db.session.execute(
        select(AccessDecision.person_id, AccessDecision.finding, AccessDecision.about).where(
            AccessDecision.person_id.in_(ids),
            AccessDecision.decision == "confirmed",
            AccessDecision.at > clock.now() - ASKED_AGAIN,
        )
    )
    return {(row[0], row[1], row[2]) for row in rows}


def _conditions() -> dict[str, ColumnElement[bool]]:
    today, now = clock.today(), clock.now()
    present = (
        Appointment.person_id == Person.id,
        or_(Appointment.until.is_(None), Appointment.until >= today),
    )
    offices = select(func.count()).select_from(Appointment).where(*present).correlate(Person).scalar_subquery()
    return {
        IDLE: or_(Person.seen_at.is_(None), Person.seen_at < now - LONG),
        ENDED: offices == 0,
        NO_SECOND_FACTOR: ~exists().where(Authenticator.person_id == Person.id, _strong()),
        MANY_ROLES: offices >= MANY,
        TOKEN_UNUSED: exists().where(ApiToken.person_id == Person.id, _unused()),
    }


def _strong() -> ColumnElement[bool]:
    return Authenticator.confirmed_at.is_not(None)


def _unused() -> ColumnElement[bool]:
    now = clock.now()
    used = func.coalesce(ApiToken.used_at, ApiToken.created_at)
    return (ApiToken.revoked_at.is_(None)) & (ApiToken.ends_at > now) & (used < now - LONG)
