"""Put random records that no rule flagged among the cases: without them nobody learns what the rules miss."""

from decimal import ROUND_CEILING, Decimal

from casework.cases.sample_population import population_of
from casework.cases.sample_queries import samples_of, screening_cases
from casework.cases.samples import WATCH
from casework.errors import N_, Conflict
from casework.operations.open_sample import Drawn, open_sample
from casework.operations.permit import permit_named
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from casework.screening.rule import Setting
from casework.screening.sampling import allocate
from workflows.access import Actor

SHARE = Setting(
    "watch_share",
    Decimal("0.05"),
    N_("按筛查立案数的百分之五随机抽取未被任何规则命中的登记，否则漏查多少无从知道。设计取值，没有官方数字。"),
)


def draw_watch_sample(
    *, organisation: Organisation, round_: Round, actor: Actor, share: Decimal | None = None, seed: str | None = None
) -> Drawn:
    """Draw what is missing to the share of the screening cases opened so far, in proportion to the strata.

    After each screening it may be drawn again: it adds to what was drawn and replaces nothing. Raises `Conflict`
    when nothing is missing, or when no unflagged record is left.
    """
    permit_named(actor, "sample:draw", organisation=organisation)
    # Two draws, or a draw and a screening, at once would open two cases for one record.
    lock_organisation(organisation.id)
    share = Decimal(str(SHARE.default)) if share is None else share
    opened = screening_cases(organisation.id, round_.id)
    before = sum(len(each.members) for each in samples_of(organisation.id, round_.id, purpose=WATCH))
    missing = int((opened * share).to_integral_value(ROUND_CEILING)) - before
    if missing <= 0:
        raise Conflict(
            N_("筛查立案%(cases)d件，对照样本已有%(drawn)d件，不必再抽。"),
            code="watch_complete",
            params={"cases": opened, "drawn": before},
        )
    population = population_of(organisation, round_, unflagged=True)
    if not population.members:
        raise Conflict(N_("没有未被规则命中且未在办的登记，无法抽取对照样本。"), code="nothing_to_sample")
    strata = population.strata()
    return open_sample(
        organisation=organisation,
        round_=round_,
        purpose=WATCH,
        population=population,
        strata=strata,
        drawn=allocate(strata, missing, minimum=0, proportional=True),
        design={"kind": WATCH, "share": str(share), "cases": opened},
        seed=seed,
        reason="",
        actor=actor,
    )
