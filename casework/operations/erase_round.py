"""Propose that a round be erased when its ceiling has passed, and erase it when the head of the office says so.

Nothing is erased by the hour: the night's job proposes, a person confirms with
the own password. Every value beside the journal goes by `erase_values`, which
refuses a single matter under a legal hold or before its floor: then nothing of
the round is erased. What is left are counts, states, hashes and the chain.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text, union
from sqlalchemy.orm import joinedload

from casework import asking, clock, journal
from casework.asking import reaching
from casework.cases.models import Case
from casework.config import Settings
from casework.db import affected, db
from casework.errors import N_, Conflict, NotFound
from casework.intake.models import Record
from casework.journal import ERASE, JournalEntry, JournalSecret, LegalHold
from casework.leads.models import Lead
from casework.models import metadata
from casework.notices.models import Message
from casework.operations.erase_values import erase_values
from casework.operations.passwords import confirm_password
from casework.operations.permit import answered_as, permit
from casework.operations.personal_parts import Matters
from casework.operations.refuse_blank import refuse_blank
from casework.overview.erasures import Erasure
from casework.people.models import Person
from casework.reports.models import Report
from casework.reports.queries import number_of
from casework.rounds.models import Round
from casework.rounds.settings import retention_ceiling
from casework.storage import StoredFile, erase_later
from workflows.access import SYSTEM, Actor, scope_of

PROPOSE, DONE = "retention:propose", "retention:erase"


WHOLE = "what an office keeps of a round is erased as one, its leads too, which nobody need read for that"


@dataclass(frozen=True)
class Proposed:
    """How many rounds of how many offices the night's job has newly proposed."""

    proposals: int


def propose_erasures() -> Proposed:
    """Propose every round of every office whose ceiling has passed and that still names people; never erase."""
    made = 0
    for round_ in db.session.scalars(select(Round).order_by(Round.id)).all():
        over = retention_ceiling(round_)
        if clock.today() <= over:
            continue
        for organisation_id in _holding(round_):
            counts = _counts(organisation_id, round_.id)
            proposal = Erasure(organisation_id=organisation_id, round_id=round_.id, over_on=over, counts=counts)
            db.session.add(proposal)
            db.session.flush()
            facts = {"round": round_.code, "over_on": over.isoformat(), **counts}
            journal.record(
                organisation_id=organisation_id, action=PROPOSE, actor=str(SYSTEM.id), subject=proposal.ref, facts=facts
            )
            made += 1
    return Proposed(made)


def erasures(actor: Actor) -> list[Erasure]:
    """Return what lies before this person or was erased in their office, the newest first."""
    seats = [scope.organisation_id for scope in scope_of(actor, ERASE)]
    wanted = select(Erasure).where(Erasure.organisation_id.in_(seats)).order_by(Erasure.id.desc())
    loaded = (joinedload(Erasure.organisation), joinedload(Erasure.round), joinedload(Erasure.done_by))
    return list(db.session.scalars(wanted.options(*loaded)))


@dataclass(frozen=True)
class Foreseen:
    """What erasing would take: the proposal, what there is of each sort now, and the matters under a legal hold."""

    erasure: Erasure
    counts: dict[str, int]
    held: tuple[str, ...]


def get_erasure(ref: str, *, actor: Actor, lock: bool = False) -> Erasure:
    """Return a proposal of one's own office, waiting or done; raise `NotFound` for any other."""
    wanted = select(Erasure).filter_by(ref=ref)
    found = db.session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        raise _absent()
    with answered_as(_absent()):
        permit(actor, ERASE, organisation=found.organisation)
    return found


@reaching(*asking.KINDS, why=WHOLE)
def foresee(ref: str, *, actor: Actor) -> Foreseen:
    """Return what erasing would take and what stands against it; nothing is changed."""
    found = get_erasure(ref, actor=actor)
    if found.done_at is not None:
        return Foreseen(found, found.counts, ())
    matters = Matters(found.organisation_id, found.round_id)
    return Foreseen(found, _counts(found.organisation_id, found.round_id), tuple(sorted(_held(_subjects(matters)))))


@reaching(*asking.KINDS, why=WHOLE, writes=True)
def erase_round(
    *, ref: str, reason: str, actor: Actor, settings: Settings, password: str = "", proved: bool = False
) -> Erasure:
    """Erase what a proposal names, in the present unit of work; return it with the counts of what went.

    `proved`: who sits there has been asked in this very request; then no password need be given. Raises `NotFound`
    for a proposal of another office, `WrongPassword`, `Conflict` when it is done, under any legal hold, and before
    the floor of any matter in it; then nothing is erased.
    """
    found = get_erasure(ref, actor=actor, lock=True)
    refuse_blank({"reason": reason})
    if found.done_at is not None:
        raise Conflict(N_("这项到期清除已经办理，没有再次清除。"), code="erased_already")
    if password or not proved:
        confirm_password(db.session.get_one(Person, actor.id), password)
    matters = Matters(found.organisation_id, found.round_id)
    subjects = _subjects(matters)
    _refuse_held(subjects)
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA secure_delete = ON"))
    values = 0
    for subject in _with_values(found.organisation_id, subjects):
        erased = erase_values(organisation=found.organisation, subject=subject, reason=reason, actor=actor)
        values += erased.values
    files = _erase_files(matters, settings)
    counts = _counts(found.organisation_id, found.round_id)
    for statement in matters.changes(at=clock.now()):
        affected(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
    found.done_at, found.done_by_id = clock.now(), actor.id
    found.counts = {**counts, "files": files, "values": values}
    journal.record(
        organisation_id=found.organisation_id,
        action=DONE,
        actor=str(actor.id),
        subject=found.ref,
        facts={"round": found.round.code, **found.counts},
        personal={"reason": reason.strip()},
    )
    journal.mark(found.organisation_id, reason="erase")
    return found


def forget_free_pages() -> None:
    """Let go of what the database file still holds in its log of changes; called once the erasing is committed.

    PostgreSQL keeps old versions of rows until they are vacuumed: the operator's guide says how.
    """
    if db.engine.dialect.name == "sqlite":
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")


def _holding(round_: Round) -> list[int]:
    """Return the organisations that still name people in a round, and have no proposal that waits."""
    holders = union(
        *(select(model.organisation_id).where(model.round_id == round_.id) for model in (Record, Case, Lead, Report))
    ).subquery()
    asked = select(Erasure.organisation_id).where(Erasure.round_id == round_.id)
    wanted = select(holders.c.organisation_id).where(holders.c.organisation_id.not_in(asked)).distinct()
    return sorted(db.session.scalars(wanted))


def _counts(organisation_id: int, round_id: int) -> dict[str, int]:
    matters = Matters(organisation_id, round_id)
    questions = {
        "records": matters.records,
        "cases": matters.cases,
        "leads": matters.leads,
        "reports": matters.reports,
        "letters": select(Message.id).where(Message.record_id.in_(matters.records)),
        "files": matters.files(),
    }
    return {
        name: int(db.session.scalar(select(func.count()).select_from(asked.subquery())) or 0)
        for name, asked in questions.items()
    }


def _subjects(matters: Matters) -> list[str]:
    """Return everything of the round that entries of the journal name."""
    named = [subject for asked in matters.subjects() for subject in db.session.scalars(asked)]
    return named + [number_of(each) for each in db.session.scalars(select(Report).filter_by(**matters.place))]


def _held(subjects: list[str]) -> set[str]:
    """Return which of these matters anybody holds."""
    return set(db.session.scalars(select(LegalHold.subject).filter_by(lifted_at=None))) & set(subjects)


def _refuse_held(subjects: list[str]) -> None:
    held = _held(subjects)
    if held:
        raise Conflict(
            N_("“%(subject)s”等 %(count)d 件依法保全，整个轮次不能清除。解除保全后再办理。"),
            code="legal_hold",
            params={"subject": min(held), "count": len(held)},
        )


def _absent() -> NotFound:
    return NotFound(N_("没有找到这项到期清除，或不在您的权限范围内。"))


def _with_values(organisation_id: int, subjects: list[str]) -> list[str]:
    """Return those subjects beside whose entries this organisation's journal keeps a value."""
    wanted = (
        select(JournalEntry.subject)
        .join(JournalSecret, JournalSecret.entry_id == JournalEntry.id)
        .where(JournalEntry.organisation_id == organisation_id)
        .distinct()
    )
    known = set(subjects)
    return sorted(subject for subject in db.session.scalars(wanted) if subject in known)


def _erase_files(matters: Matters, settings: Settings) -> int:
    """Let the content of every file go that nobody outside this round names; return how many."""
    ids = set(db.session.scalars(matters.files()))
    ids -= _named_elsewhere(ids, matters)
    files = db.session.scalars(select(StoredFile).where(StoredFile.id.in_(ids), StoredFile.erased_at.is_(None))).all()
    for file in files:
        erase_later(file, folder=settings.files_dir, at=clock.now())
    return len(files)


def _named_elsewhere(ids: set[int], matters: Matters) -> set[int]:
    """Return those files that other offices, other rounds or signed papers hold too."""
    within: dict[str, Any] = {
        "evidence": ("case_id", matters.cases),
        "justified_changes": ("case_id", matters.cases),
        "lead_files": ("lead_id", matters.leads),
        "proofs": ("record_id", matters.records),
        "report_documents": ("report_id", matters.reports),
    }
    found: set[int] = set()
    for table in metadata.sorted_tables:
        for column in (each for each in table.c if any(key.column.table.name == "files" for key in each.foreign_keys)):
            wanted = select(column).where(column.in_(ids))
            if table.name in within:
                name, mine = within[table.name]
                wanted = wanted.where(table.c[name].not_in(mine))
            found |= set(db.session.scalars(wanted))
    return found
