"""What leads name, as the frame `leads`: lists from above row by row, complaints once somebody has accepted them.

A list needs no triage: somebody above waits for an answer to every row. A complaint
enters when an officer has accepted it, and leaves when a person links it to a case:
from then on that person has said what it is about. What concerns a handling body is
no finding of anybody: it is worked where leads are worked, out of that body's sight.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

import pyarrow as pa
from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, select

from casework import clock
from casework.cases.models import CaseLead
from casework.db import db
from casework.leads.channels import channels
from casework.leads.models import Lead, LeadItem
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.frames import SCHEMAS
from workflows.lead import LeadState

TRIAGED = (LeadState.ACCEPTED.value, LeadState.DECLINING.value, LeadState.ANSWERED.value)
DROPPED = (LeadState.DECLINED.value, LeadState.MERGED.value)
BETWEEN = "；"
AT_ONCE = 500

Row = Mapping[str, object]


def reported(organisation: Organisation, round_: Round, *, above: bool = False) -> pa.Table:
    """Return a row for each thing that a lead handled by this organisation names.

    `above` universities only employers are named: findings about single records belong to the university that can
    ask the graduate.
    """
    names = {code: channel.name_zh for code, channel in channels(round_.id).items()}
    rows = [*_complaints(organisation, round_, names, above=above)]
    if not above:
        rows += _lists(organisation, round_, names)
    rows.sort(key=lambda row: tuple(str(row[name]) for name in SCHEMAS["leads"].names))
    return pa.Table.from_pylist(rows, schema=SCHEMAS["leads"])


def _handled(wanted: Select, organisation: Organisation, round_: Round) -> Select:
    return wanted.where(
        Lead.organisation_id == organisation.id,
        Lead.round_id == round_.id,
        Lead.concerns_id.is_(None),
        Lead.same_as_id.is_(None),
    )


def _lists(organisation: Organisation, round_: Round, names: Mapping[str, str]) -> Iterator[Row]:
    wanted = select(Lead.number, Lead.channel, Lead.received_at, LeadItem.student_no, LeadItem.problem).join(
        LeadItem, LeadItem.lead_id == Lead.id
    )
    rows = _handled(wanted, organisation, round_).where(Lead.state.not_in(DROPPED))
    of_lead: dict[str, dict[str, object]] = {}
    problems: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in db.session.execute(rows.order_by(Lead.id, LeadItem.row_number)):
        of_lead.setdefault(row.number, _row(row.number, row.channel, row.received_at, names))
        said = problems[row.number, row.student_no]
        if row.problem and row.problem not in said:
            said.append(row.problem)
    for (number, student_no), said in problems.items():
        yield of_lead[number] | {"student_no": student_no, "problem": BETWEEN.join(said) or None}


def _complaints(organisation: Organisation, round_: Round, names: Mapping[str, str], *, above: bool) -> Iterator[Row]:
    linked = select(CaseLead.lead_id).where(CaseLead.linked_by_id.is_not(None), CaseLead.unlinked_at.is_(None))
    named = select(Lead.id, Lead.number, Lead.channel, Lead.received_at, Lead.about)  # of what is sealed, this alone
    wanted = _handled(named, organisation, round_).where(
        Lead.state.in_(TRIAGED), Lead.id.not_in(linked), Lead.id.not_in(select(LeadItem.lead_id))
    )
    colleges = set(db.session.scalars(select(Organisation.name).filter_by(parent_id=organisation.id, kind="college")))
    for lead in _in_slices(wanted):
        row = _row(lead.number, lead.channel, lead.received_at, names)
        for code in lead.about.get("credit_codes", ()):
            yield row | {"credit_code": code}
        if above:
            continue
        for number in lead.about.get("student_nos", ()):
            yield row | {"student_no": number}
        for unit in lead.about.get("units", ()):
            if unit in colleges:
                yield row | {"unit": unit, "unit_level": "college"}


def _in_slices(wanted: Select) -> Iterator[SqlRow]:
    """Return the rows of a query of leads, a slice at a time."""
    after: int | None = 0
    while after is not None:
        part = db.session.execute(wanted.where(Lead.id > after).order_by(Lead.id).limit(AT_ONCE)).all()
        yield from part
        after = part[-1].id if len(part) == AT_ONCE else None


def _row(number: str, channel: str, received_at: datetime, names: Mapping[str, str]) -> dict[str, object]:
    received_on = received_at.astimezone(clock.BEIJING).date()
    row: dict[str, object] = dict.fromkeys(SCHEMAS["leads"].names)
    return row | {"ref": number, "source": names.get(channel, channel), "received_on": received_on}
