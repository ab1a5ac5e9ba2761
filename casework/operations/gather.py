"""Gather what a screening reads: the stored rows as frames, the moment, and the settings that hold today.

A university screens its own records with every rule. A province or the ministry
screens all its universities at once, with the rules that need to see across
them; findings about single records belong to the university that can ask the
graduate.
"""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.errors import N_, Conflict
from casework.intake import queries as intake
from casework.operations.closings import closings
from casework.operations.reported import reported
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from casework.screening.employers import aliases
from casework.screening.frames import Context
from casework.screening.rule import Rule
from casework.screening.rules import RULES
from casework.screening.settings import Given, settings_of
from casework.screening.tables import TABLES, codes, working_days

ABOVE = ("province", "ministry")
Cut = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """Everything that decides what a run will find; nothing of it refers to an open transaction."""

    organisation_id: int
    round_id: int
    frames: dict[str, pa.Table]
    context: Context
    rules: tuple[Rule, ...]
    values: Given
    version: int
    cut: Cut


def gather(*, organisation: Organisation, round_: Round) -> Gathered:
    """Read what is to be screened; raise `Conflict` when no registration export was imported yet."""
    cut = cut_of(organisation, round_)
    taken = [row["taken_at"] for kind, row in cut.items() if kind.endswith("graduates")]
    if not taken:
        raise Conflict(N_("还没有导入毕业去向登记数据，无法筛查。请先导入。"), code="nothing_to_screen")
    exported_at = datetime.fromisoformat(max(taken)) if max(taken) else None
    values, version = settings_of(round_, clock.today())
    above = organisation.kind in ABOVE
    return Gathered(
        organisation_id=organisation.id,
        round_id=round_.id,
        frames={
            **_frames(organisation, round_),
            **working_days(round_.cohort, clock.today()),
            "codes": codes(entry for table in TABLES for entry in rounds.table(round_.id, table).values()),
        },
        context=Context(cohort_year=round_.cohort, as_of=clock.now(), exported_at=exported_at),
        rules=tuple(rule for rule in RULES if not above or rule.mixed or rule.level != "record"),
        values=values,
        version=version,
        cut=cut,
    )


def cut_of(organisation: Organisation, round_: Round) -> Cut:
    """Return the newest written batch of each kind; above universities, each kind with the university's code."""
    if organisation.kind not in ABOVE:
        return intake.data_cut(round_.id, organisation.id)
    return {
        f"{below.code}/{kind}": row
        for below in universities(organisation)
        for kind, row in intake.data_cut(round_.id, below.id).items()
    }


def universities(organisation: Organisation) -> list[Organisation]:
    """Return the universities below a province or the ministry, in the order of their codes."""
    wanted = select(Organisation).where(
        Organisation.path.startswith(organisation.path, autoescape=True), Organisation.kind == "university"
    )
    return list(db.session.scalars(wanted.order_by(Organisation.code)))


def _frames(organisation: Organisation, round_: Round) -> dict[str, pa.Table]:
    above = organisation.kind in ABOVE
    ids = [below.id for below in universities(organisation)] if above else [organisation.id]
    return intake.frames(round_.id, ids, qualified=above) | {
        "closings": closings(round_.id, ids, qualified=above),
        "aliases": aliases(round_.id, ids),
        "leads": reported(organisation, round_, above=above),
    }
