import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from casework.screening.statistics.limits import exact_limits, wilson_limits

WILSON = json.loads((Path(__file__).parents[3] / "data/reference/funnel_wilson_ohid.json").read_text())


def _column(name):
    return np.array([row[name] for row in WILSON["limits"]])


@pytest.mark.parametrize(
    ("confidence", "low", "high"),
    [(0.95, "Lower2s0025limit", "Upper2s0025limit"), (0.998, "Lower3s0001limit", "Upper3s0001limit")],
)
def test_inverted_wilson_limits_are_the_published_ones(confidence, low, high):
    limits = wilson_limits(_column("Population"), centre=WILSON["baseline"] / 100, confidence=confidence)
    # The file holds six decimals.
    within = WILSON["formula_check_max_abs_diff_percent_points"] + 1e-9
    assert 100 * limits[0] == pytest.approx(_column(low), abs=within)
    assert 100 * limits[1] == pytest.approx(_column(high), abs=within)


def test_the_units_outside_are_counted_as_published():
    k, n = (np.array([row[name] for row in WILSON["inputs"]]) for name in ("num", "den"))
    inner, outer = (wilson_limits(n, centre=WILSON["baseline"] / 100, confidence=at) for at in (0.95, 0.998))
    share, counts = k / n, WILSON["significance_counts"]
    assert (share > outer[1]).sum() == counts["High (0.001)"]
    assert (share < outer[0]).sum() == counts["Low (0.001)"]
    assert ((share > inner[1]) & (share <= outer[1])).sum() == counts["High (0.025)"]
    assert ((share < inner[0]) & (share >= outer[0])).sum() == counts["Low (0.025)"]


@pytest.mark.parametrize("centre", [0.02, 0.3, 0.9])
def test_an_interpolated_limit_lies_within_one_person_of_the_quantile(centre):
    n = np.arange(10, 1200)
    for confidence in (0.95, 0.998):
        low, high = exact_limits(n, centre=centre, confidence=confidence)
        r = binom.ppf([[(1 - confidence) / 2], [(1 + confidence) / 2]], n, centre)
        assert ((r[0] - n * low >= -1e-9) & (r[0] - n * low <= 1 + 1e-9) | (low == 0)).all()
        assert ((r[1] - n * high >= -1e-9) & (r[1] - n * high <= 1 + 1e-9)).all()
        assert (low < centre).all()
        assert (high > 0).all()


def test_limits_draw_in_smoothly_as_units_grow_where_whole_counts_jump():
    n = np.arange(400, 800)
    _, high = exact_limits(n, centre=0.03, confidence=0.95)
    jumps = binom.ppf(0.975, n, 0.03) / n
    assert np.abs(np.diff(high)).max() < np.abs(np.diff(jumps)).max() / 3


@pytest.mark.parametrize(("n", "centre", "confidence"), [(0, 0.1, 0.95), (5, 0, 0.95), (5, 0.1, 1)])
def test_limits_around_nothing_are_refused(n, centre, confidence):
    for limits in (exact_limits, wilson_limits):
        with pytest.raises(ValueError, match="between 0 and 1"):
            limits([n], centre=centre, confidence=confidence)
