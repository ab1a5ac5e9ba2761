"""The funnel says by shape what was decided, names what stands out, and lets no name touch another."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.overview.funnel_limits import Limits
from casework.web import chart_funnel
from casework.web.chart_funnel import Point, funnel

LINES = [Limits(n, 0.01, 0.09, 0.005, 0.12, 0.005, 0.1) for n in (10, 50, 200, 800, 2000)]


@pytest.fixture(scope="module", autouse=True)
def speaking():
    """Give the words their language; no application is needed for a drawing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chart_funnel, "gettext", lambda text, **values: text % values if values else text)
        yield


def drawn(*points):
    return ET.fromstring(str(funnel(points, LINES, centre=0.05, title="某图")))  # noqa: S314 - our own drawing


def shapes(svg, kind):
    return [each for each in svg.iter() if kind in each.get("class", "").split()]


def names(svg):
    return [each for each in svg.iter("text") if "c-ink" in each.get("class", "")]


@pytest.mark.parametrize(("verdict", "tag"), [("beyond", "path"), ("warning", "path"), ("inside", "circle")])
def test_each_verdict_has_a_shape_of_its_own(verdict, tag):
    svg = drawn(Point("外国语学院", 408, 0.07, verdict))
    assert [each.tag for each in shapes(svg, verdict)] == [tag]
    corners = {each.get("d", "").count("L") for each in shapes(svg, verdict)}
    assert corners == {{"beyond": 2, "warning": 3, "inside": 0}[verdict]}


def test_only_what_stands_out_is_named():
    svg = drawn(Point("外国语学院", 408, 0.11, "beyond"), Point("医学院", 613, 0.05, "inside"))
    assert [each.text for each in names(svg)] == ["外国语学院 11.0%"]


def test_a_name_cannot_become_part_of_the_drawing():
    svg = drawn(Point('</text><script>"&学院', 408, 0.11, "beyond", href='"><a'))
    assert [each.text for each in names(svg)] == ['</text><script>"&学院 11.0%']
    assert not list(svg.iter("script"))


def boxes(svg):
    for each in names(svg):
        width = chart_funnel._width(each.text)
        left, base = float(each.get("x")), float(each.get("y"))
        yield left, base + 4 - chart_funnel.LABEL_HEIGHT, left + width, base + 4


def colliding(found):
    found = list(found)
    return [
        (one, other) for place, one in enumerate(found) for other in found[:place] if chart_funnel._meet(one, other)
    ]


points = st.builds(
    Point,
    label=st.text("学院外国语机械工程ABC", min_size=2, max_size=12),
    n=st.integers(10, 1900),
    share=st.floats(0, 0.3),
    verdict=st.sampled_from(["beyond", "warning"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(points, max_size=25))
def test_no_name_touches_another_or_leaves_the_picture(found):
    taken = list(boxes(drawn(*found)))
    assert not colliding(taken)
    assert all(left >= 0 and right <= chart_funnel.WIDTH and top >= 0 for left, top, right, _ in taken)


def test_names_beside_each_mark_would_collide():
    near = [(100.0, 100.0, 180.0, 115.0), (120.0, 104.0, 200.0, 119.0)]
    assert colliding(near)


def test_size_runs_on_a_square_root_scale():
    svg = drawn(*(Point("院", n, 0.05, "inside") for n in (100, 400, 900)))
    one, two, three = sorted(float(each.get("cx")) for each in shapes(svg, "inside"))
    assert two - one == pytest.approx(three - two, abs=0.2)


def test_the_drawing_carries_no_style_of_its_own():
    svg = str(funnel([Point("院", 100, 0.2, "beyond")], LINES, centre=0.05, title=""))
    assert not re.search(r"style=|fill=|stroke=", svg)
