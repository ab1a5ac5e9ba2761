"""A report from the public, shown to stand in the journal: by its place in a checkpoint, never by what it says.

The statement that the reporter holds names their link of the journal. Once a
checkpoint covers it, the proof of its inclusion is theirs: it leads from that
link to the checkpoint's root, and the root of a checkpoint that stands on a
filed report lies with the discipline body, where we cannot change it. Such a
checkpoint is preferred to any other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from casework.db import db
from casework.journal import JournalCheckpoint
from casework.journal.checkpoints import Inclusion, covering, prove
from casework.people.models import Organisation
from casework.reports.models import Report


@dataclass(frozen=True)
class Covered:
    """The checkpoint over a statement's link: how many entries, its root, when it was made, whether it was filed."""

    size: int
    root: str
    at: datetime
    filed: bool


def covered(statement: Mapping[str, Any] | None) -> Covered | None:
    """Return the checkpoint that covers the link of a statement; None while none does."""
    found, filed = _checkpoint(statement)
    return Covered(found.size, found.root, found.at, filed) if found else None


def inclusion_of(statement: Mapping[str, Any] | None) -> Inclusion | None:
    """Return the proof that a statement's link stands under that checkpoint.

    None while nothing covers it, and when the journal no longer holds the link that the statement names.
    """
    found, _ = _checkpoint(statement)
    if found is None or statement is None:
        return None
    proof = prove(found, statement["journal"]["seq"])
    return proof if proof and proof.leaf == statement["journal"]["hash"] else None


def _checkpoint(statement: Mapping[str, Any] | None) -> tuple[JournalCheckpoint | None, bool]:
    if not statement:
        return None, False
    place = statement["journal"]
    organisation_id = db.session.scalar(select(Organisation.id).filter_by(code=place["organisation"]))
    if organisation_id is None:
        return None, False
    filed = covering(organisation_id, place["chain"], place["seq"], among=_filed_sizes(organisation_id, place["chain"]))
    return filed or covering(organisation_id, place["chain"], place["seq"]), filed is not None


def _filed_sizes(organisation_id: int, chain: str) -> list[int]:
    """Return how long the chain was in each filed report of the organisation."""
    found: Iterable[list[dict] | None] = db.session.scalars(
        select(Report.manifest["journal_heads"]).filter_by(organisation_id=organisation_id, state="filed")
    )
    heads = [head for each in found for head in each or ()]
    return [head["seq"] for head in heads if (head["organisation"], head["chain"]) == (organisation_id, chain)]
