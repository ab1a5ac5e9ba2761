"""Draw concluded cases of the organisations below for a spot check (抽查), by a seed that is written down first."""

import os

from sqlalchemy import or_, select

from casework import journal
from casework.cases.models import Case
from casework.cases.oversight import SpotCheck, SpotChecked
from casework.db import db, new_ref
from casework.errors import N_, Invalid
from casework.operations.permit import permit
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.reports.queries import NEVER_REPORTED
from casework.rounds.models import Round
from casework.screening.drawing import draw, hash_of
from workflows.access import Actor
from workflows.case import CONCLUDED

LARGEST, LONGEST_SEED = 200, 64
ALL = "all"
"""One stratum: every concluded case has the same chance, whosever it is."""


def draw_spot_check(
    *, organisation: Organisation, round_: Round, size: int, actor: Actor, seed: str | None = None
) -> SpotCheck:
    """Return the draw: `size` accepted cases of the bodies below that no earlier spot check has drawn.

    Seed, population and the hash of its numbers stand in the journal of the body that draws; without a seed
    the system chooses one. Raises `Invalid` when so many are not there.
    """
    permit(actor, "case:spot_check", organisation=organisation)
    lock_organisation(organisation.id)  # two draws at once would draw the same case
    population = _population(organisation, round_)
    _refuse_size(size, len(population), seed)
    members = dict.fromkeys(population, ALL)
    seed_given, seed = bool(seed), seed or os.urandom(16).hex()
    chosen = sorted(draw(members.items(), {ALL: size}, seed=seed))
    made = SpotCheck(
        ref=new_ref(),
        organisation_id=organisation.id,
        round_id=round_.id,
        seed=seed,
        population=len(population),
        population_hash=hash_of(members),
        drawn_by_id=actor.id,
    )
    made.members = [SpotChecked(case_id=population[number]) for number in chosen]
    db.session.add(made)
    journal.record(
        organisation_id=organisation.id,
        action="spot_check:draw",
        actor=str(actor.id),
        subject=made.ref,
        facts={
            "seed": seed,
            "seed_given": seed_given,
            "population": made.population,
            "population_hash": made.population_hash,
            "size": size,
            "cases": chosen,
        },
    )
    return made


def _population(organisation: Organisation, round_: Round) -> dict[str, int]:
    """Return the accepted cases of the bodies below by their number.

    What was drawn before is left out, and what is about the body that draws: that is for somebody above it.
    """
    below = select(Organisation.id).where(
        Organisation.path.startswith(organisation.path, autoescape=True), Organisation.id != organisation.id
    )
    before = select(SpotChecked.case_id).join(SpotCheck).where(SpotCheck.organisation_id == organisation.id)
    wanted = (
        select(Case.number, Case.id)
        .where(Case.round_id == round_.id, Case.organisation_id.in_(below), Case.state.in_(CONCLUDED))
        .where(Case.accepted_at.is_not(None), Case.origin.not_in(NEVER_REPORTED), Case.id.not_in(before))
        .where(or_(Case.concerns_id.is_(None), Case.concerns_id != organisation.id))
        .order_by(Case.number)
    )
    return {row.number: row.id for row in db.session.execute(wanted)}


def _refuse_size(size: int, there: int, seed: str | None) -> None:
    if seed and len(seed) > LONGEST_SEED:
        raise Invalid(N_("抽样种子不能超过64个字符，没有抽取。"), fields={"seed": N_("请缩短。")})
    if not there:
        raise Invalid(N_("下级单位没有可供抽查的已复核案件，没有抽取。"), fields={"size": N_("请稍后再抽。")})
    if 1 <= size <= min(there, LARGEST):
        return
    raise Invalid(
        N_("可供抽查的已复核案件有%(there)s件，一次最多抽%(most)s件，没有抽取。"),
        fields={"size": N_("请填写1到可抽件数之间的数字。")},
        params={"there": there, "most": LARGEST},
    )
