"""Is the journal whole? One sentence, said after walking every link; below it the entries, to be filtered and leafed.

Walking costs seconds on a long chain, so it happens when the page is opened and
not again for every leaf of the table. Looks (who saw a full identity, opened
evidence, exported) are a chain of their own: everybody sees their own looks,
the roles that oversee others see them all.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, request
from sqlalchemy import select

from casework import asking, clock, journal
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.journal import Break, JournalCheckpoint, JournalEntry, JournalHead
from casework.journal.checkpoints import latest
from casework.overview.audit import HIDING, not_about
from casework.overview.walls import wall
from casework.people.models import Organisation, Person
from casework.web.journal_words import GROUPS, action_words
from casework.web.pages import PAGE_SIZE, page
from casework.web.wording import said
from workflows.access import Actor, Reach, scope_of
from workflows.access_actors import Role

BREAKS = 20
OVERSEERS = frozenset({Role.SUPERVISOR, Role.DISCIPLINE_OFFICER, Role.AUDITOR})


@dataclass(frozen=True)
class Verdict:
    """What the walk found: how far, how long it took, and every place that does not hold."""

    chain: str
    seq: int
    head: str
    breaks: tuple[Break, ...]
    seconds: float
    checkpoint: JournalCheckpoint | None


@signed_in
def verified() -> Response:
    """Say whether the journal of an organisation holds, and show its entries."""
    actor = current_actor()
    organisations = _organisations(actor)
    if not organisations:
        raise Forbidden(N_("您的角色不能校验日志。"))
    organisation = next((each for each in organisations if each.code == request.args.get("at")), organisations[0])
    chain = journal.LOOKS if request.args.get("chain") == journal.LOOKS else journal.MAIN
    oversees = _oversees(actor)
    given = {name: request.args.get(name, "").strip() for name in ("action", "who", "subject")}
    if chain == journal.LOOKS and not oversees:
        given["who"] = ""
    before = whole_number(request.args.get("before", ""))  # anything else begins with the newest
    found = _entries(
        organisation.id,
        chain,
        given,
        before=before,
        only=None if oversees or chain == journal.MAIN else str(actor.id),
        bodies=actor.bodies,
    )
    shown = found[:PAGE_SIZE]
    verdicts = () if before is not None or any(given.values()) else _walks(organisation.id)
    return page(
        "journal/page.html",
        organisations=organisations,
        organisation=organisation,
        chain=chain,
        oversees=oversees,
        verdicts=verdicts,
        wall=wall() if verdicts else None,
        whole=not any(each.breaks for each in verdicts),
        entries=shown,
        names=_names(shown),
        given=given,
        filtered=any(given.values()),
        groups=[(code, said(label)) for code, label in GROUPS.items()],
        action_words=action_words,
        before=before,
        next=shown[-1].seq if len(found) > PAGE_SIZE else 0,
        checked_at=clock.now(),
    )


def _organisations(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations whose journal this person may verify: their own seats first, then those below."""
    scopes = scope_of(actor, "journal:verify")
    seats = [scope.organisation_id for scope in scopes]
    own = db.session.scalars(select(Organisation).where(Organisation.id.in_(seats)).order_by(Organisation.id)).all()
    wide = {scope.organisation_id for scope in scopes if scope.reach is Reach.BELOW}
    paths = [each.path for each in own if each.id in wide]
    kept = select(JournalHead.organisation_id).where(JournalHead.chain == journal.MAIN)
    others = db.session.scalars(
        select(Organisation).where(Organisation.id.in_(kept), Organisation.id.not_in(seats)).order_by(Organisation.path)
    )
    return [*own, *(each for each in others if any(each.path.startswith(path) for path in paths))]


def _oversees(actor: Actor) -> bool:
    return any(held.role in OVERSEERS for held in actor.appointments)


def _walks(organisation_id: int) -> tuple[Verdict, ...]:
    return tuple(_walk(organisation_id, chain) for chain in (journal.MAIN, journal.LOOKS))


def _walk(organisation_id: int, chain: str) -> Verdict:
    began = time.monotonic()
    breaks = []
    for each in journal.verify(organisation_id, chain):
        breaks.append(each)
        if len(breaks) >= BREAKS:
            break
    seq, head = journal.head(organisation_id, chain)
    return Verdict(chain, seq, head, tuple(breaks), time.monotonic() - began, latest(organisation_id, chain))


@asking.reaching("cases", "leads", why=HIDING)
def _entries(
    organisation_id: int,
    chain: str,
    given: Mapping[str, str],
    *,
    before: int | None,
    only: str | None,
    bodies: Collection[int],
) -> Sequence[JournalEntry]:
    """Return a page of entries, newest first, and one more when there is a next page.

    The chain is walked whole; entries on what is about the reader's own body are walked and not shown.
    """
    wanted = select(JournalEntry).filter_by(organisation_id=organisation_id, chain=chain).where(not_about(bodies))
    if only is not None:
        wanted = wanted.where(JournalEntry.actor == only)
    if before is not None:
        wanted = wanted.where(JournalEntry.seq < before)
    if given["action"]:
        wanted = wanted.where(JournalEntry.action.startswith(f"{given['action']}:", autoescape=True))
    if given["subject"]:
        wanted = wanted.where(JournalEntry.subject == given["subject"].upper())
    if given["who"]:
        wanted = wanted.where(JournalEntry.actor.in_(_ids_of(given["who"])))
    return db.session.scalars(wanted.order_by(JournalEntry.seq.desc()).limit(PAGE_SIZE + 1)).all()


def _ids_of(login: str) -> list[str]:
    """Return whom a filter means: an account by its login, never by name, since addresses carry no names."""
    return [str(found) for found in db.session.scalars(select(Person.id).where(Person.login == login))]


def _names(entries: Sequence[JournalEntry]) -> dict[str, tuple[str, str]]:
    ids = {int(entry.actor) for entry in entries if entry.actor.isdigit()}
    rows = db.session.execute(select(Person.id, Person.name, Person.login).where(Person.id.in_(ids)))
    return {str(row.id): (row.name, row.login) for row in rows}
