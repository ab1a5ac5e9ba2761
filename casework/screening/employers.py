"""The employers of a round's records, and what people decided about which of them are one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from casework.db import db
from casework.intake.models import Employer as Registered
from casework.intake.models import Record, Revision
from casework.intake.normal import CREDIT_CODE_LENGTH, credit_code, employer_name
from casework.screening.components import components
from casework.screening.identity import Employer, Proposal, proposals
from casework.screening.models import EmployerDecision


def employers_of(round_id: int, organisation_id: int) -> list[Employer]:
    """Return every employer that records of this round name with a whole code, under its most frequent name.

    Behind them, without graduates, those of the register that a record may have meant.
    """
    names: dict[str, Counter[str]] = defaultdict(Counter)
    places: dict[str, Counter[str]] = defaultdict(Counter)
    phones: dict[str, Counter[str]] = defaultdict(Counter)
    spelled = (
        Revision.credit_code,
        Revision.employer_name,
        Revision.employer_place_code,
        Revision.employer_phone_index,
    )
    wanted = (
        select(*spelled, func.count())
        .join(Record, Record.revision_id == Revision.id)
        .where(Record.round_id == round_id, Record.organisation_id == organisation_id, Revision.credit_code != "")
        .group_by(*spelled)
    )
    for written, name, place, phone, how_many in db.session.execute(wanted):
        code = credit_code(written)
        if len(code) == CREDIT_CODE_LENGTH:
            names[code][name] += how_many
            places[code][place or ""] += how_many
            phones[code][phone or ""] += how_many
    register = _register(round_id)
    recorded = [
        Employer(
            code=code,
            name=_most(names[code]),
            graduates=names[code].total(),
            register_name=register.get(code, ""),
            place=_most(places[code]),
            phone=_most(phones[code]),
        )
        for code in sorted(names)
    ]
    return recorded + list(_meant(recorded, register))


def _meant(recorded: Sequence[Employer], register: dict[str, str]) -> Iterator[Employer]:
    """Return what the register knows under another code: by the same name, or where a code may be a slip of it."""
    unknown = [each for each in recorded if each.code not in register]
    keys = {employer_name(each.name) for each in unknown}
    slips = {(n, each.code[:n] + each.code[n + 1 :]) for each in unknown for n in range(CREDIT_CODE_LENGTH)}
    written = {each.code for each in recorded}
    for code, name in sorted(register.items()):
        if code in written:
            continue
        if employer_name(name) in keys or any((n, code[:n] + code[n + 1 :]) in slips for n in range(len(code))):
            yield Employer(code=code, name=name, graduates=0, register_name=name)


def decisions(round_id: int, organisation_ids: Iterable[int]) -> Sequence[EmployerDecision]:
    """Return what was decided, the newest first."""
    wanted = (
        select(EmployerDecision)
        .where(EmployerDecision.round_id == round_id, EmployerDecision.organisation_id.in_(list(organisation_ids)))
        .options(joinedload(EmployerDecision.decided_by))
        .order_by(EmployerDecision.decided_at.desc(), EmployerDecision.code_one, EmployerDecision.code_other)
    )
    return db.session.scalars(wanted).all()


def waiting(round_id: int, organisation_id: int) -> list[Proposal]:
    """Return the proposals of which nothing is decided, directly or through others, the most telling first."""
    decided = decisions(round_id, [organisation_id])
    said = {(each.code_one, each.code_other) for each in decided}
    parts = components((each.code_one, each.code_other) for each in decided if each.same)
    whole = {code: part for part in parts for code in part}
    return [
        each
        for each in proposals(employers_of(round_id, organisation_id))
        if (each.code_one, each.code_other) not in said and each.code_other not in whole.get(each.code_one, ())
    ]


def aliases(round_id: int, organisation_ids: Iterable[int]) -> pa.Table:
    """Return the frame of codes that were decided to be one employer: each code and the smallest that it is.

    Where several organisations are looked at, a pair that one of them called different is not joined.
    """
    decided = decisions(round_id, organisation_ids)
    different = {(each.code_one, each.code_other) for each in decided if not each.same}
    same = {(each.code_one, each.code_other) for each in decided if each.same} - different
    rows = [(code, part[0]) for part in components(same) for code in part[1:]]
    return pa.table(
        {
            "credit_code": pa.array([code for code, _ in rows], pa.string()),
            "same_as": pa.array([smallest for _, smallest in rows], pa.string()),
        }
    )


def _register(round_id: int) -> dict[str, str]:
    rows = db.session.execute(select(Registered.credit_code, Registered.name).where(Registered.round_id == round_id))
    return {credit_code(code): name for code, name in rows}


def _most(counted: Counter[str]) -> str:
    return min(counted, key=lambda value: (-counted[value], value))
