"""Seal what a conclusion rests on, lift the seals of a case that is worked again, move them to a justified value.

A seal is replaced and never written over, so that what held at each moment can
be read later. Called by the one operation that moves cases, so that there is no
concluded case without its seals. Whatever seals stand after a change, their hash
is in the journal: with the conclusion, or in an entry of its own (`note_seals`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from casework import clock, journal
from casework.cases.drifts import RecordSeal
from casework.cases.models import Case, CaseRecord, Correction, Evidence
from casework.cases.registered import registered_value
from casework.cases.sealed_fields import PLAIN, PROOFS, digest_of, hash_of_seals
from casework.db import db
from casework.intake.models import Proof, Record
from casework.reports.queries import NEVER_REPORTED
from casework.storage import StoredFile
from workflows.access import SYSTEM
from workflows.case import CONCLUDED

AT_ONCE = 500


def seal_cases(cases: Sequence[Case]) -> str:
    """Seal the records of concluded cases as they are registered, or will be once corrected; return one hash of all.

    Takes the same few queries for one case and for five hundred.
    """
    wanted = {case.id: case for case in cases}
    records = _records(wanted)
    proofs = _proofs({record.id for _, record in records})
    papers, corrected = _papers(wanted), _corrected(wanted)
    digests = []
    for case_id, record in records:
        now = {field: registered_value(record, field) for field in PLAIN}
        fixed = corrected[case_id, record.id]
        hashes = proofs[record.id] | papers[case_id, None] | papers[case_id, record.id]
        values: dict[str, object] = {**now, **fixed, PROOFS: sorted(hashes)}
        waiting = {field: now[field] for field, new in fixed.items() if now[field] != new}
        digests.append(digest_of(values, waiting=waiting, case=wanted[case_id].number, record=record.ref))
        db.session.add(
            RecordSeal(
                case_id=case_id,
                record_id=record.id,
                revision_id=record.revision_id,
                values=values,
                waiting=waiting,
                digest=digests[-1],
            )
        )
    return hash_of_seals(digests)


def lift_seals(case: Case) -> None:
    """Let the seals of a case go that is worked again: its next conclusion makes new ones."""
    standing = update(RecordSeal).where(RecordSeal.case_id == case.id, RecordSeal.lifted_at.is_(None))
    db.session.execute(standing.values(lifted_at=clock.now()))


def replace_seal(seal: RecordSeal, *, values: Mapping[str, object], waiting: Mapping[str, str]) -> RecordSeal:
    """Lift one seal and put another in its place, which says the given values; `note_seals` when all are replaced."""
    seal.lifted_at = clock.now()
    db.session.flush()  # one seal stands for a record of a case: the old one goes first
    digest = digest_of(values, waiting=waiting, case=seal.case.number, record=seal.record.ref)
    new = RecordSeal(
        case_id=seal.case_id,
        record_id=seal.record_id,
        revision_id=seal.revision_id,
        values=dict(values),
        waiting=dict(waiting),
        digest=digest,
    )
    db.session.add(new)
    return new


def note_seals(cases: Iterable[Case]) -> None:
    """Journal the hash of the seals that stand now, of each of these cases."""
    by_id = {case.id: case for case in cases}
    ids = sorted(by_id)
    db.session.flush()
    for start in range(0, len(ids), AT_ONCE):
        digests: dict[int, list[str]] = defaultdict(list)
        standing = select(RecordSeal.case_id, RecordSeal.digest).where(RecordSeal.lifted_at.is_(None))
        for row in db.session.execute(standing.where(RecordSeal.case_id.in_(ids[start : start + AT_ONCE]))):
            digests[row.case_id].append(row.digest)
        for case_id, found in sorted(digests.items()):
            journal.record(
                organisation_id=by_id[case_id].organisation_id,
                action="case:seal",
                actor=str(SYSTEM.id),
                subject=by_id[case_id].number,
                facts={"seals": hash_of_seals(found)},
            )


def seal_unsealed(*, organisation_id: int, round_id: int) -> int:
    """Seal concluded cases of these records that have no seal (concluded before there were any); return how many."""
    standing = select(RecordSeal.id).where(RecordSeal.case_id == Case.id, RecordSeal.lifted_at.is_(None))
    theirs = (
        select(CaseRecord.case_id)
        .join(Record, Record.id == CaseRecord.record_id)
        .where(Record.organisation_id == organisation_id, Record.round_id == round_id)
    )
    bare = (
        select(Case)
        .where(Case.id.in_(theirs), ~standing.exists())
        .where(Case.state.in_(CONCLUDED), Case.origin.not_in(NEVER_REPORTED))
    )
    found = db.session.scalars(bare).all()
    for start in range(0, len(found), AT_ONCE):
        seal_cases(found[start : start + AT_ONCE])
    if found:
        note_seals(found)
        db.session.expire_all()  # the import that follows writes past the session
    return len(found)


def _records(case_ids: Iterable[int]) -> list[tuple[int, Record]]:
    wanted = (
        select(CaseRecord.case_id, Record)
        .join(Record, Record.id == CaseRecord.record_id)
        .where(CaseRecord.case_id.in_(sorted(case_ids)))
        .order_by(CaseRecord.case_id, Record.student_no)
    )
    db.session.flush()  # a case that was opened in this transaction has its records only now
    return [(row[0], row[1]) for row in db.session.execute(wanted.options(selectinload(Record.revision)))]


def _proofs(record_ids: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    ids = sorted(record_ids)
    for start in range(0, len(ids), AT_ONCE):
        wanted = select(Proof.record_id, Proof.sha256).where(Proof.record_id.in_(ids[start : start + AT_ONCE]))
        for record_id, sha256 in db.session.execute(wanted):
            found[record_id].add(sha256)
    return found


def _papers(case_ids: Iterable[int]) -> dict[tuple[int, int | None], set[str]]:
    """Return the hashes of the evidence by case and record; None stands for what is about the whole case."""
    found: dict[tuple[int, int | None], set[str]] = defaultdict(set)
    wanted = (
        select(Evidence.case_id, Evidence.record_id, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == Evidence.file_id)
        .where(Evidence.case_id.in_(sorted(case_ids)), Evidence.withdrawn_at.is_(None))
    )
    for case_id, record_id, sha256 in db.session.execute(wanted):
        found[case_id, record_id].add(sha256)
    return found


def _corrected(case_ids: Iterable[int]) -> dict[tuple[int, int], dict[str, str]]:
    """Return what the corrections say that a field has to be, by case and record; the last word on a field holds."""
    found: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    wanted = (
        select(Correction)
        .where(Correction.case_id.in_(sorted(case_ids)), Correction.withdrawn_at.is_(None))
        .where(Correction.field.in_(PLAIN))
        .order_by(Correction.id)
    )
    for each in db.session.scalars(wanted):
        found[each.case_id, each.record_id][each.field] = each.new
    return found
