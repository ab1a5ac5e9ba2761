"""Weigh the rules anew by what became of their cases, and rate every open case by the new weights.

A new version is added, none is changed, and each ratio carries the counts that
it was made of. A rule with fewer outcomes than `ENOUGH_OUTCOMES` keeps its start
value and says so; so does one about units, because nobody knows how many units
that were never flagged are wrong.
"""

from casework import journal
from casework.cases.outcomes import Outcomes, outcomes
from casework.cases.suspicion import newest_weights, rate_open
from casework.db import db
from casework.errors import N_, Conflict
from casework.operations.permit import permit_named
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from casework.screening.models import Weights
from casework.screening.rule import Rule
from casework.screening.rules import RULES
from casework.screening.score import ENOUGH_OUTCOMES, START
from workflows.access import Actor

ACTION = "screening:refit"


def refit_weights(*, organisation: Organisation, round_: Round, actor: Actor) -> Weights:
    """Return the new version; raise `Conflict` while no case of a rule has been closed with an answer."""
    permit_named(actor, ACTION, organisation=organisation)
    # One at a time: the next version follows the newest.
    lock_organisation(organisation.id)
    found = outcomes(organisation.id, round_.id)
    if not any(outcome.checked for outcome in found.rules.values()):
        raise Conflict(N_("还没有复核通过的筛查案件，无从重算证据权重，仍用起始值。"), code="no_outcomes")
    newest = newest_weights(organisation.id, round_.id)
    made = Weights(
        organisation_id=organisation.id,
        round_id=round_.id,
        version=(newest.version if newest else 0) + 1,
        values={
            "rules": {rule.code: _row(rule, found) for rule in RULES},
            "watch": {"drawn": found.watch.drawn, "checked": found.watch.checked, "wrong": found.watch.wrong},
            "unflagged": dict(found.unflagged),
        },
        made_by_id=actor.id,
    )
    db.session.add(made)
    db.session.flush()  # the cases are rated by the newest version
    rated = rate_open(organisation.id, round_.id)
    refitted = {code: row["ratio"] for code, row in made.values["rules"].items() if row["refitted"]}
    journal.record(
        organisation_id=organisation.id,
        action=ACTION,
        actor=str(actor.id),
        subject=round_.code,
        facts={"version": made.version, "refitted": refitted, "cases_rated": rated},
    )
    return made


def _row(rule: Rule, found: Outcomes) -> dict[str, object]:
    outcome, counts = found.of(rule.code), found.counts(rule.code)
    refitted = counts is not None and counts.checked >= ENOUGH_OUTCOMES
    row: dict[str, object] = {
        "ratio": round(counts.ratio, 4) if counts is not None and refitted else START[rule.strength],
        "refitted": refitted,
        "checked": outcome.checked,
        "confirmed": outcome.confirmed,
    }
    if counts is not None:
        row["confirmed_without"] = round(counts.confirmed_without, 2)
        row["unfounded_without"] = round(counts.unfounded_without, 2)
    return row
