"""Bring in leads that another system hands over as a file: each row a lead, none of them twice.

A row is known by its channel and the number that its sender gave it. What went up
to the level above meanwhile is known by the file that it came with, so that a
second file does not bring it back to the body that it is about.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import or_, select

from casework import clock
from casework.db import db
from casework.intake.importers.leads import ANONYMOUS, NAMED
from casework.intake.models import Batch
from casework.leads.models import Lead
from casework.operations.take_lead import LONGEST_NUMBER, LONGEST_TITLE, take_lead
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import Actor

REPORTER = {"reporter_name": "name", "reporter_phone": "phone", "reporter_email": "email"}
HEADLINE = 40  # characters of the content that stand for a title that is not there


def import_leads(
    batch: Batch, rows: Iterable[Mapping[str, object]], *, organisation: Organisation, round_: Round, actor: Actor
) -> dict[str, int]:
    """Take in every row that is not known yet; `unknown` counts rows received after this moment, which are left out."""
    known, now = known_numbers(organisation, round_), clock.now()
    counts = {"rows": 0, "new": 0, "changed": 0, "unchanged": 0, "unknown": 0}
    for row in rows:
        counts["rows"] += 1
        channel, number, received_at = str(row["channel"]), external_no(row), row["received_at"]
        if not isinstance(received_at, datetime) or received_at > now:
            counts["unknown"] += 1
            continue
        if (channel, number) in known:
            counts["unchanged"] += 1
            continue
        known.add((channel, number))
        counts["new"] += 1
        content = str(row["content"])
        reporter = {ours: str(row[theirs]) for theirs, ours in REPORTER.items() if row.get(theirs)}
        take_lead(
            organisation=organisation,
            round=round_,
            channel=channel,
            received_at=received_at,
            title=headline(str(row.get("title") or "") or content),
            content=content,
            actor=actor,
            reporter=reporter or None,
            named=is_named(row, reporter),
            external_no=number,
            batch_ref=batch.ref,
        )
    return counts


def known_numbers(organisation: Organisation, round_: Round) -> set[tuple[str, str]]:
    """Return channel and number of every lead that this body took in, wherever it is handled now."""
    handed_in = select(Batch.ref).filter_by(organisation_id=organisation.id, round_id=round_.id)
    rows = db.session.execute(
        select(Lead.channel, Lead.external_no)
        .where(Lead.round_id == round_.id, Lead.external_no.is_not(None))
        .where(or_(Lead.organisation_id == organisation.id, Lead.batch_ref.in_(handed_in)))
    )
    return {(row.channel, row.external_no or "") for row in rows}


def external_no(row: Mapping[str, object]) -> str:
    """Return the number of a row as it is stored."""
    return "".join(character for character in str(row["lead_id"]) if character.isprintable())[:LONGEST_NUMBER]


def is_named(row: Mapping[str, object], reporter: Mapping[str, str]) -> bool:
    """Say whether the reporter gave their name; where the file does not say it, a name that stands there does."""
    mode = row.get("reporter_mode")
    return mode == NAMED or (mode != ANONYMOUS and "name" in reporter)


def headline(text: str) -> str:
    """Return a title: the first line, shortened where it is long."""
    first = " ".join(text.strip().splitlines()[0].split())
    return first if len(first) <= LONGEST_TITLE else f"{first[:HEADLINE]}……"
