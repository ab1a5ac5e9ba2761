"""Draw an audit sample (N2.5): learn, before the survey does, how much of what counts as settled is not so."""

from dataclasses import asdict

from casework.cases.sample_population import expected_of, population_of
from casework.cases.sample_queries import samples_of
from casework.cases.samples import AUDIT
from casework.errors import N_, Conflict
from casework.operations.open_sample import Drawn, open_sample
from casework.operations.permit import permit_named
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from casework.screening.sampling import Design, allot
from workflows.access import Actor


def draw_sample(
    *,
    organisation: Organisation,
    round_: Round,
    design: Design,
    actor: Actor,
    whole: bool = False,
    seed: str | None = None,
    reason: str = "",
) -> Drawn:
    """Draw by strata and open a light case for each record without one in work; an earlier sample stays as it is.

    The population is what counts as settled and has no case in work; with `whole` also the rest, whose
    members wait for the case that is there. Raises `Conflict` when an audit sample was drawn before and no
    `reason` is given: who draws until the draw pleases has no sample. Raises `Invalid` when nobody can be drawn.
    """
    permit_named(actor, "sample:draw", organisation=organisation)
    # Two draws, or a draw and a screening, at once would open two cases for one record.
    lock_organisation(organisation.id)
    again = bool(samples_of(organisation.id, round_.id, purpose=AUDIT))
    if again and not reason.strip():
        message = N_("本轮已经抽过样，没有重新抽样。确需再抽，请写明理由；原来的样本和结果保留可查。")
        raise Conflict(message, code="sample_drawn")
    population = population_of(organisation, round_, whole=whole, minimum=design.minimum)
    allotted = allot(design, population.strata(expected_of(organisation)))
    asked = {**asdict(design), "whole": whole}
    if allotted.plan:
        asked["plan"] = asdict(allotted.plan)
    return open_sample(
        organisation=organisation,
        round_=round_,
        purpose=AUDIT,
        population=population,
        strata=allotted.strata,
        drawn=allotted.drawn,
        design=asked,
        seed=seed,
        reason=reason.strip() if again else "",
        actor=actor,
    )
