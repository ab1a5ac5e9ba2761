"""Who signed a report, proved offline: a second extract of the journal, under a root that the recipients were told.

The manifest holds the journal as the freeze found it, so nothing that happened
to the manifest can stand under its root. The signatures are entries after it,
and each holds the hash of its whole line in signatures.json. A checkpoint is
made when the last slot is signed, at each delivery and at the filing; whoever
receives the report sees the root there and keeps it, and it is the one thing in
this proof that does not come out of the package:

    {"head": {"organisation", "chain", "seq", "hash", "root"},   the checkpoint
     "entries": [link, …],                                       about the report, after the manifest's head
     "proofs": {"7/main": {"nodes", "checkpoints"}}}             as in `proofs`; the manifest's head is among the latter

So a root told with the delivery still serves for a package taken after the filing.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from casework.db import db
from casework.filing.proofs import chain_of, journal_json
from casework.filing.queries import link_of
from casework.journal import MAIN, JournalCheckpoint, JournalEntry
from casework.journal.checkpoints import covering
from casework.reports.models import Report
from casework.reports.queries import number_of

DECISIVE = ("report:sign", "filing:deliver", "report:file")
"""Entries with which a checkpoint is made, so that the root covers everything that led to them."""
SETTLED = ("signed", "filed")
"""States in which every signature stands."""


def told_root(report: Report) -> JournalCheckpoint | None:
    """Return the checkpoint over the last decisive step of the report as it is frozen now; None before it is signed."""
    if report.state not in SETTLED:
        return None
    wanted = select(JournalEntry.seq, JournalEntry.facts).filter_by(
        organisation_id=report.organisation_id, chain=MAIN, subject=number_of(report)
    )
    rows = db.session.execute(wanted.where(JournalEntry.action.in_(DECISIVE)).order_by(JournalEntry.seq.desc()))
    last = next((row.seq for row in rows if row.facts.get("manifest_hash") == report.manifest_hash), None)
    return covering(report.organisation_id, MAIN, last) if last is not None else None


def signing_json(report: Report) -> dict[str, object] | None:
    """Return signing.json for the package of a report; None before it is signed.

    Raises `JournalDiffers` if the journal was rewritten.
    """
    point = told_root(report)
    if point is None or report.manifest is None:
        return None
    chain = {"organisation_id": report.organisation_id, "chain": MAIN}
    begun: Mapping[str, Any] = report.manifest["journal_heads"][0]
    upto = select(JournalEntry.hash).filter_by(**chain).where(JournalEntry.seq <= point.size).order_by(JournalEntry.seq)
    hashes = db.session.scalars(upto).all()
    place = {"organisation": report.organisation_id, "chain": MAIN}
    head = {**place, "seq": point.size, "hash": hashes[-1] if hashes else "", "root": point.root}
    about = (
        select(*JournalEntry.__table__.columns)
        .filter_by(**chain, subject=number_of(report))
        .where(JournalEntry.seq > begun["seq"], JournalEntry.seq <= point.size)
        .order_by(JournalEntry.seq)
    )
    between = (
        select(JournalCheckpoint.size, JournalCheckpoint.root)
        .filter_by(**chain)
        .where(JournalCheckpoint.size > begun["seq"], JournalCheckpoint.size < point.size)
        .order_by(JournalCheckpoint.size)
    )
    points = [(begun["seq"], begun["root"])] if begun["seq"] else []
    points += [(row.size, row.root) for row in db.session.execute(between)]
    entries = [link_of(row) for row in db.session.execute(about)]
    made = journal_json([head], entries=entries, hashes={chain_of(head): hashes}, checkpoints={chain_of(head): points})
    return {"head": head, **made}
