"""Published figures: FunnelPlotR 0.6.0 and the two transformations of proportions, on one data set."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from casework.screening.statistics.dispersion import (
    Dispersion,
    Scale,
    proportions,
    ratios,
    share_limits,
    truncated,
    winsorised,
)

REFERENCE = Path(__file__).parents[3] / "data/reference"
RATIO = json.loads((REFERENCE / "funnel_medpar_ratio.json").read_text())
SHARES = json.loads((REFERENCE / "funnel_overdispersion_medpar.json").read_text())
WITHIN = 1e-8

CASES = [(data, scale, trim) for data in SHARES["inputs"] for scale in Scale for trim in (0.1, 0)]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]} {case[1].value} {case[2]}")
def case(request):
    data, scale, trim = request.param
    counts, wanted = SHARES["inputs"][data], SHARES["outputs"][data][f"{scale.value}_trim{trim}"]
    scores = proportions(counts["num"], counts["den"], scale=scale)
    return scores, winsorised(scores, trim=trim), scale, wanted


def test_scores_and_dispersion_are_the_published_ones(case):
    scores, dispersion, _, wanted = case
    assert scores.z == pytest.approx(wanted["z"], abs=WITHIN)
    assert scores.target == pytest.approx(wanted["target"], abs=WITHIN)
    assert (dispersion.phi, dispersion.tau2) == pytest.approx((wanted["phi"], wanted["tau2"]), abs=WITHIN)


def test_adjusted_scores_and_tails_are_the_published_ones(case):
    scores, dispersion, _, wanted = case
    away = scores.value - scores.target
    assert away / dispersion.multiplicative(scores) == pytest.approx(wanted["z_multiplicative"], abs=WITHIN)
    additive = away / dispersion.additive(scores)
    assert additive == pytest.approx(wanted["z_additive"], abs=WITHIN)
    assert norm.sf(additive) == pytest.approx(wanted["p_one_sided_upper_additive"], abs=WITHIN)


@pytest.mark.parametrize("kind", ["additive", "multiplicative"])
def test_limits_are_the_published_ones(case, kind):
    scores, dispersion, scale, wanted = case
    error = getattr(dispersion, kind)(scores)
    inner = share_limits(scores, error, confidence=0.95, scale=scale)
    outer = share_limits(scores, error, confidence=0.998, scale=scale)
    assert np.column_stack([*inner, *outer]) == pytest.approx(np.array(wanted[f"limits_{kind}"]), abs=WITHIN)


@pytest.mark.parametrize("data", SHARES["inputs"])
@pytest.mark.parametrize(("confidence", "name"), [(0.95, "limit95_od"), (0.998, "limit99_od")])
def test_the_units_outside_the_adjusted_limits_are_those_of_funnelplotr(data, confidence, name):
    counts, wanted = SHARES["inputs"][data], SHARES["FunnelPlotR_0.6.0"][data][name]
    scores = proportions(counts["num"], counts["den"])
    error = winsorised(scores).additive(scores)
    low, high = share_limits(scores, error, confidence=confidence, scale=Scale.ARCSINE)
    share, unit = np.array(counts["num"]) / counts["den"], np.array(counts["unit"])
    # FunnelPlotR squares the sine past a quarter turn: its limit comes down again, and a share of 1 lies outside.
    turned = scores.target + norm.isf((1 - confidence) / 2) * error > np.pi / 2
    mistaken = set(unit[turned & (share == 1)])
    assert list(unit[(share < low) | (share > high)]) == [one for one in wanted["outliers"] if one not in mistaken]


def test_twenty_five_units_lie_outside_the_exact_limits_before_adjustment():
    observed, expected = np.array(RATIO["observed"]), np.array(RATIO["expected"])
    for confidence, name in ((0.95, "unadjusted95"), (0.998, "unadjusted99")):
        outside = (1 - confidence) / 2
        low, high = chi2.ppf(outside, 2 * expected) / 2, chi2.isf(outside, 2 * (expected + 1)) / 2
        flagged = np.array(RATIO["unit"])[(observed < low) | (observed > high)]
        assert list(flagged) == RATIO["FunnelPlotR"][name]["outliers"]
    assert len(flagged) == 25


def test_nine_units_remain_after_the_adjustment_of_shmi():
    # FunnelPlotR was given the expected counts with two decimals; with all of them φ differs in the fourth digit.
    scores = ratios(RATIO["observed"], np.round(RATIO["expected"], 2))
    dispersion = truncated(scores)
    for confidence, name in ((0.95, "SHMI95"), (0.998, "SHMI99")):
        wanted = RATIO["FunnelPlotR"][name]
        assert (dispersion.phi, dispersion.tau2) == pytest.approx((wanted["phi"], wanted["tau2"]), abs=WITHIN)
        z = (scores.value - scores.target) / dispersion.additive(scores)
        flagged = np.array(RATIO["unit"])[np.abs(z) > norm.isf((1 - confidence) / 2)]
        assert list(flagged) == wanted["outliers"]
    assert len(flagged) == 9


def test_the_adjustment_of_cqc_is_the_published_one():
    dispersion = winsorised(ratios(RATIO["observed"], RATIO["expected"], root=True))
    wanted = RATIO["FunnelPlotR"]["CQC95"]
    assert (dispersion.phi, dispersion.tau2) == pytest.approx((wanted["phi"], wanted["tau2"]), abs=WITHIN)


def test_an_angle_past_a_quarter_turn_is_clamped_where_the_plain_square_turns_round():
    scores = proportions([95, 9, 3], [100, 10, 4])
    error = Dispersion(1.0, 0.3).additive(scores)
    _, high = share_limits(scores, error, confidence=0.998, scale=Scale.ARCSINE)
    assert (high == 1).all()
    assert (np.sin(scores.target + 3.09 * error) ** 2 < 0.9).any()


def test_less_scatter_than_chance_narrows_nothing():
    scores = proportions([10] * 8, [100] * 8)
    dispersion = winsorised(scores)
    assert (dispersion.phi, dispersion.tau2) == (0, 0)
    assert (dispersion.multiplicative(scores) == scores.error).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(30, 300)), min_size=3, max_size=30), st.randoms())
def test_the_order_of_units_does_not_matter(units, random):
    marked, everybody = map(sum, zip(*units, strict=True))
    assume(0 < marked < everybody)  # else there are no scores
    shuffled = random.sample(units, len(units))
    one, other = (winsorised(proportions(*zip(*some, strict=True))) for some in (units, shuffled))
    assert (one.phi, one.tau2) == pytest.approx((other.phi, other.tau2), abs=1e-12)


def test_scores_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="no scores"):
        proportions([0, 0], [5, 6])
    with pytest.raises(ValueError, match="no logarithm"):
        ratios([0, 3], [1.0, 2.0])
