"""Compare what an import brought with what concluded cases rest on (N3.3).

Each kind of file shows a difference in its own way: an export by the newest
revision of a record, a change log by single entries (also of a value that was
changed back before the next export), a list of proofs by a file that was not
there. Each comparison is a handful of statements for any number of rows; run
again it finds nothing that it has found before. The cases concerned are held
before anything is decided: a seal that was lifted meanwhile is nobody's to replace.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from casework.cases.drifts import Drift, RecordSeal
from casework.cases.models import Case
from casework.cases.sealed_fields import (
    DESTINATION,
    NAME,
    PROOFS,
    SEAL,
    Compared,
    change,
    compare,
    digest_of,
    new_values,
    same_employer,
    same_question,
)
from casework.db import db
from casework.intake.models import Batch, Change, Proof, Record, Revision
from casework.operations.follow_drift import ask_more, follow_drifts, lock_cases
from casework.operations.seal_case import note_seals, replace_seal
from casework.screening.rules.hands import OWN_HANDS
from workflows.case import BEING_WORKED

AT_ONCE = 500
KINDS = ("graduates", "changes", "proofs")
"""The kinds of file that can show a difference."""


@dataclass(frozen=True)
class Hand:
    """By which account of the registration system a value was changed, and when."""

    operator: str = ""
    role: str = ""
    at: datetime | None = None


NOBODY = Hand()
_OWN = OWN_HANDS.default if isinstance(OWN_HANDS.default, tuple) else ()
Found = tuple[RecordSeal, tuple[dict[str, str], ...], Hand]
Place = tuple[int, int]  # a record in a case


def watch_drift(batch: Batch) -> int:
    """Find what the written batch changed of concluded cases, and bring each question to a case; return how many.

    Whoever calls this has locked the organisation of the batch.
    """
    db.session.flush()
    arrived: list[tuple[RecordSeal, Compared]] = []
    if batch.kind == "graduates":
        found, arrived = _of_records(batch)
    elif batch.kind == "changes":
        _name_hands(batch)
        found = _of_log(batch)
    else:
        found = _of_proofs(batch)
    known = _known([seal for seal, _, _ in found])
    lock_cases(
        {seal.case_id for seal, _, _ in found}
        | {seal.case_id for seal, _ in arrived}
        | {each.asks_id for drifts in known.values() for each in drifts}
    )
    _note_arrival(arrived)
    fresh = _fresh(found, known, batch)
    follow_drifts(fresh)
    return len(fresh)


def _standing(batch: Batch) -> Select[RecordSeal]:
    return (
        select(RecordSeal)
        .join(RecordSeal.record)
        .join(RecordSeal.case)
        .where(Record.organisation_id == batch.organisation_id, Record.round_id == batch.round_id)
        .where(RecordSeal.lifted_at.is_(None))
        .options(contains_eager(RecordSeal.record), contains_eager(RecordSeal.case))
        .order_by(RecordSeal.id)
        .execution_options(populate_existing=True)  # the file was written past the session
    )


def _of_records(batch: Batch) -> tuple[list[Found], list[tuple[RecordSeal, Compared]]]:
    """Return the differences, and the seals to whose record a correction came that was awaited."""
    newer = RecordSeal.revision_id.is_distinct_from(Record.revision_id)
    columns = (Revision.destination_code, Revision.credit_code, Revision.employer_name, Revision.signing_date)
    rows = db.session.execute(
        _standing(batch).join(Revision, Revision.id == Record.revision_id).where(newer).add_columns(*columns)
    ).all()
    found: list[tuple[RecordSeal, tuple[dict[str, str], ...]]] = []
    arrived: list[tuple[RecordSeal, Compared]] = []
    for seal, *shown in rows:
        destination, code, name, signed = shown
        now = {
            DESTINATION: destination,
            "credit_code": code,
            NAME: name,
            "signing_date": signed.isoformat() if signed else "",
        }
        seen = compare(seal.values, seal.waiting, now)
        broken = _broken(seal)
        seal.revision_id = seal.record.revision_id
        if seen.changes or broken:
            found.append((seal, (*seen.changes, *broken)))
        elif seen.waiting != seal.waiting:
            arrived.append((seal, seen))
    hands = _hands(batch, [seal for seal, _ in found])
    return [(seal, changes, _hand_of(seal, changes, hands)) for seal, changes in found], arrived


def _note_arrival(arrived: Sequence[tuple[RecordSeal, Compared]]) -> None:
    """Let the seals that still stand say that what they waited for has come."""
    standing: set[int] = set()
    ids = [seal.id for seal, _ in arrived]
    for start in range(0, len(ids), AT_ONCE):
        wanted = select(RecordSeal.id).where(RecordSeal.id.in_(ids[start : start + AT_ONCE]))
        standing |= set(db.session.scalars(wanted.where(RecordSeal.lifted_at.is_(None))))
    those = [(seal, seen) for seal, seen in arrived if seal.id in standing]
    for seal, seen in those:
        replace_seal(seal, values=seen.values, waiting=seen.waiting)
    note_seals([seal.case for seal, _ in those])


def _broken(seal: RecordSeal) -> tuple[dict[str, str], ...]:
    """Return the difference of a seal that no longer fits its own hash: somebody wrote into the database."""
    now = digest_of(seal.values, waiting=seal.waiting, case=seal.case.number, record=seal.record.ref)
    return () if now == seal.digest else (change(SEAL, seal.digest, now),)


def _of_log(batch: Batch) -> list[Found]:
    """Return the last entry of the log for each seal that leads away from it; later ones may have led back."""
    rows = db.session.execute(
        _standing(batch)
        .join(Change, (Change.student_no == Record.student_no) & (Change.batch_id == batch.id))
        .outerjoin(Revision, Revision.id == Record.revision_id)
        .where(Change.changed_at > RecordSeal.sealed_at)
        .order_by(None)
        .order_by(RecordSeal.id, Change.changed_at, Change.log_id)
        .add_columns(Change, Revision.employer_name, Revision.credit_code)
    )
    found: dict[int, Found] = {}
    for seal, entry, registered_name, registered_code in rows:
        sealed, changes = seal.values, []
        if entry.new_code not in {sealed[DESTINATION], seal.waiting.get(DESTINATION, sealed[DESTINATION])}:
            changes.append(change(DESTINATION, sealed[DESTINATION], entry.new_code))
        known = {sealed[NAME], seal.waiting.get(NAME, "")}
        if sealed["credit_code"] and registered_code == sealed["credit_code"]:
            known.add(registered_name)  # another spelling, or a new name, of the same employer
        if entry.new_employer and not any(same_employer(name, entry.new_employer) for name in known):
            changes.append(change(NAME, sealed[NAME], entry.new_employer))
        if changes:
            found[seal.id] = (seal, tuple(changes), _hand(entry))
    return list(found.values())


def _of_proofs(batch: Batch) -> list[Found]:
    rows = db.session.execute(
        _standing(batch)
        .join(Proof, (Proof.record_id == Record.id) & (Proof.batch_id == batch.id))
        .order_by(None)
        .order_by(RecordSeal.id, Proof.sha256)
        .add_columns(Proof.sha256)
    )
    added: dict[int, list[str]] = defaultdict(list)
    seals: dict[int, RecordSeal] = {}
    for seal, sha256 in rows:
        if sha256 not in seal.values[PROOFS]:
            seals[seal.id] = seal
            added[seal.id].append(sha256)
    return [
        (seal, (change(PROOFS, " ".join(seal.values[PROOFS]), " ".join(added[seal_id])),), NOBODY)
        for seal_id, seal in seals.items()
    ]


def _fresh(found: Sequence[Found], known: Mapping[Place, Sequence[Drift]], batch: Batch) -> list[Drift]:
    """Return the questions that are new; what a known one does not ask yet joins it only while it is being worked."""
    fresh = []
    for seal, changes, hand in found:
        same = [each for each in known.get(_place(seal), ()) if same_question(each.changes, changes)]
        said = {field for each in same for field in new_values(each.changes)}
        more = [each for each in changes if each["field"] not in said]
        if not more:
            continue
        worked = next((each for each in same if each.asks.state in BEING_WORKED), None)
        if worked is not None:
            ask_more(worked, more)
            continue
        case: Case = seal.case
        fresh.append(
            Drift(
                organisation_id=case.organisation_id,
                round_id=batch.round_id,
                seal=seal,
                case=case,
                asks=case,
                record=seal.record,
                state_before=case.state,
                source=batch.kind,
                changes=more,
                operator=hand.operator,
                operator_role=hand.role,
                changed_at=hand.at,
            )
        )
    db.session.add_all(fresh)
    return fresh


def _known(seals: Sequence[RecordSeal]) -> dict[Place, list[Drift]]:
    """Return what is asked already of these seals, or of those before them that an accepted reason replaced."""
    found: dict[Place, list[Drift]] = defaultdict(list)
    for start in range(0, len(seals), AT_ONCE):
        part = seals[start : start + AT_ONCE]
        unanswered = (
            Drift.case_id.in_([seal.case_id for seal in part])
            & Drift.record_id.in_([seal.record_id for seal in part])
            & Drift.justified_at.is_(None)
            & (Drift.found_at > Case.concluded_at)
        )
        wanted = (
            select(Drift)
            .join(Drift.case)
            .where(or_(Drift.seal_id.in_([seal.id for seal in part]), unanswered))
            .options(joinedload(Drift.asks))
            .order_by(Drift.id)
        )
        for each in db.session.scalars(wanted):
            found[_place(each)].append(each)
    return found


def _place(of: RecordSeal | Drift) -> Place:
    return of.case_id, of.record_id


def _name_hands(batch: Batch) -> None:
    """Tell of questions that an export raised who changed the value, now that the log is here."""
    nameless = (
        select(Drift)
        .join(Drift.record)
        .join(Change, (Change.student_no == Record.student_no) & (Change.batch_id == batch.id))
        .where(Record.organisation_id == batch.organisation_id, Record.round_id == batch.round_id)
        .where(Drift.changed_at.is_(None))
        .options(contains_eager(Drift.record), selectinload(Drift.seal).joinedload(RecordSeal.record))
    )
    drifts = list(dict.fromkeys(db.session.scalars(nameless).unique()))
    hands = _hands(batch, [drift.seal for drift in drifts])
    for drift in drifts:
        hand = _hand_of(drift.seal, drift.changes, hands)
        drift.operator, drift.operator_role, drift.changed_at = hand.operator, hand.role, hand.at


def _hands(batch: Batch, seals: Iterable[RecordSeal]) -> dict[str, list[Change]]:
    numbers = sorted({seal.record.student_no for seal in seals})
    found: dict[str, list[Change]] = defaultdict(list)
    for start in range(0, len(numbers), AT_ONCE):
        wanted = (
            select(Change)
            .where(Change.round_id == batch.round_id, Change.organisation_id == batch.organisation_id)
            .where(Change.student_no.in_(numbers[start : start + AT_ONCE]))
            .order_by(Change.changed_at, Change.log_id)
        )
        for each in db.session.scalars(wanted):
            found[each.student_no].append(each)
    return found


def _hand_of(seal: RecordSeal, changes: Iterable[dict[str, str]], hands: dict[str, list[Change]]) -> Hand:
    """Return the last entry since the seal that led to the new destination, else the last one at all."""
    since = [each for each in hands.get(seal.record.student_no, ()) if each.changed_at > seal.sealed_at]
    destination = new_values(changes).get(DESTINATION)
    to_it = [each for each in since if each.new_code == destination]
    return _hand((to_it or since)[-1]) if since else NOBODY


def _hand(entry: Change) -> Hand:
    """Return who made an entry; a graduate's own account is their number and is not kept."""
    own = entry.operator_role in _OWN
    return Hand("" if own else entry.operator, entry.operator_role, entry.changed_at)
