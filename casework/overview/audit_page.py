"""One question to the audit, as page, API and command line ask it: words in, a page of lines out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.errors import N_, Forbidden, Invalid, NotFound
from casework.overview import audit
from casework.overview.audit import Asked
from casework.overview.audit_lines import Line, lines_of
from casework.people.models import Organisation, Person
from workflows.access import Actor
from workflows.audit import Group

LIMIT = 50
MOST_EXPORTED = 10_000


@dataclass(frozen=True)
class Wanted:
    """What of the audit somebody asks for, in their words: a group, an account, a number, days, an organisation."""

    group: str = ""
    who: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    at: str = ""


@dataclass(frozen=True)
class AuditPage:
    """Lines, newest first, and the place behind which the next page begins (empty at the end)."""

    asked: Asked
    lines: Sequence[Line]
    next: str
    organisation: Organisation | None


@dataclass(frozen=True)
class Counted:
    """How much of each group one person has; `login` is empty for what the system did."""

    name: str
    login: str
    of: Mapping[Group, int]


def asked_of(wanted: Wanted, actor: Actor) -> tuple[Asked, Organisation | None]:
    """Return what is wanted, and the organisation that was named.

    Raises `Forbidden` where nothing is granted, `NotFound` for an organisation that is none of theirs, `Invalid` for
    days in the wrong order. The last thirty days are meant unless days are named.
    """
    groups = audit.seen_groups(actor)
    if not groups:
        raise Forbidden(N_("您的角色不能查看审计记录；自己的查看记录在“我的账号”的“我的查看与权限”。"))
    if wanted.group and wanted.group not in {each.value for each in groups}:
        raise Invalid(N_("没有这一类审计记录。"), fields={"group": N_("请从列表中选择。")})
    named = audit.bodies_of(actor) if wanted.at else ()
    organisation = next((each for each in named if each.code == wanted.at), None)
    if wanted.at and organisation is None:
        raise NotFound(N_("没有找到机构 %(code)s，或不在您的权限范围内。"), params={"code": wanted.at})
    last = wanted.until or clock.today()
    asked = Asked(
        since=wanted.since or last - timedelta(days=audit.USUAL_DAYS),
        until=last,
        group=Group(wanted.group) if wanted.group else None,
        actors=_ids_of(wanted.who) if wanted.who else None,
        subject=wanted.subject.strip(),
        organisation_id=organisation.id if organisation else None,
        groups=groups,
    )
    return asked, organisation


def audit_page(wanted: Wanted, actor: Actor, *, before: str = "", limit: int = LIMIT) -> AuditPage:
    """Return one page of the audit; raises what `asked_of` raises."""
    asked, organisation = asked_of(wanted, actor)
    found = audit.entries(asked, actor, before=audit.read_place(before), limit=limit + 1)
    shown = found[:limit]
    behind = audit.Place(shown[-1].at, shown[-1].hash).name if len(found) > limit else ""
    return AuditPage(asked, lines_of(shown, reader=actor), behind, organisation)


def people_counted(asked: Asked, actor: Actor) -> list[Counted]:
    """Return what each person has of each group, by account: nobody is ranked."""
    found = audit.counts(asked, actor)
    ids = [int(who) for who in found if who.isdigit()]
    rows = db.session.execute(select(Person.id, Person.name, Person.login).where(Person.id.in_(ids)))
    named = {str(row.id): (row.name, row.login) for row in rows}
    counted = [Counted(*named.get(who, (N_("系统"), "")), of) for who, of in found.items()]
    return sorted(counted, key=lambda each: each.login)


def own_page(actor: Actor, *, before: str = "", limit: int = LIMIT) -> AuditPage:
    """Return what somebody has looked at, taken along and been refused within a year: everybody may see their own."""
    today = clock.today()
    groups = (Group.LOOK, Group.EXPORT, Group.REFUSAL)
    asked = Asked(since=today - timedelta(days=audit.MOST_DAYS), until=today, groups=groups)
    found = audit.own_entries(actor.id, asked, before=audit.read_place(before), limit=limit + 1)
    shown = found[:limit]
    behind = audit.Place(shown[-1].at, shown[-1].hash).name if len(found) > limit else ""
    return AuditPage(asked, lines_of(shown, reader=actor), behind, None)


def about_account(person: Person, *, reader: Actor) -> list[Line]:
    """Return what was changed lately about an account: who gave or took a right."""
    return lines_of(audit.entries_about(person.login, limit=LIMIT), reader=reader)


def _ids_of(login: str) -> tuple[int, ...]:
    """Return whom a filter means: an account by its login, never by name, since addresses carry no names."""
    return tuple(db.session.scalars(select(Person.id).where(Person.login == login.strip())))
