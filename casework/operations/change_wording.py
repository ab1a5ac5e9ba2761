"""Change the words of an office's documents in a round: a new version each time, journalled with its hash.

Every version stays and can be compared with its hash; what people type stands in
no entry, for entries are never erased. The words hold for what is issued and
frozen from now on. A plan keeps those with which it was issued, a report those
with which it was frozen.
"""

from collections.abc import Mapping

from sqlalchemy import select

from casework import journal
from casework.cases.canonical import canonical_hash
from casework.db import db
from casework.errors import N_, Conflict, Stale
from casework.operations.permit import permit
from casework.people.models import Organisation
from casework.reports import queries
from casework.reports.models import Wording
from casework.reports.wording import DEFAULTS, checked
from casework.rounds.models import Round
from workflows.access import Actor


def change_wording(
    *, organisation: Organisation, round_: Round, texts: Mapping[str, str], version: int, actor: Actor
) -> Wording:
    """Return the new version; parts that are not given stay as they were, and one that is as shipped is not kept.

    `version` is what the person looked at (0: nothing changed so far). Raises `Invalid` with a sentence at each
    part that is wrong, `Stale` when somebody else was quicker.
    """
    permit(actor, "report:freeze", organisation=organisation)
    fresh = checked(texts)
    before = queries.wording(organisation.id, round_.id)
    if version != (before.version if before else 0):
        raise Stale(N_("您填写期间，文书用语已被他人改动，没有保存。请对照现在的用语后重新提交。"))
    old = dict(before.texts) if before else {}
    kept = {key: text for key, text in {**old, **fresh}.items() if text != DEFAULTS[key]}
    changed = sorted(key for key in {*old, *kept} if old.get(key) != kept.get(key))
    if not changed:
        raise Conflict(N_("文书用语与现在的相同，没有改动。"), code="nothing_changed")
    wording = Wording(
        organisation_id=organisation.id,
        round_id=round_.id,
        version=version + 1,
        texts=kept,
        saved_by_id=actor.id,
    )
    db.session.add(wording)
    journal.record(
        organisation_id=organisation.id,
        action="wording:change",
        actor=str(actor.id),
        subject=f"{organisation.code}/{round_.code}",
        facts={
            "version": wording.version,
            "changed": changed,
            "before": canonical_hash(old),
            "after": canonical_hash(kept),
        },
    )
    return wording


def copy_wordings(source: Round, target: Round, *, actor: Actor) -> int:
    """Give every office its last words of one round as its first in another; return how many offices have some."""
    rows = db.session.scalars(select(Wording).where(Wording.round_id == source.id).order_by(Wording.version))
    found = {row.organisation_id: row for row in rows}  # of several versions the last
    for row in found.values():
        copied = Wording(
            organisation_id=row.organisation_id,
            round_id=target.id,
            version=1,
            texts=dict(row.texts),
            saved_by_id=row.saved_by_id,
        )
        db.session.add(copied)
        journal.record(
            organisation_id=row.organisation_id,
            action="wording:copy",
            actor=str(actor.id),
            subject=target.code,
            facts={"from": source.code, "version": row.version},
        )
    return len(found)
