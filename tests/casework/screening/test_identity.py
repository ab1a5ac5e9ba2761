import random
from itertools import combinations

import pytest
from rapidfuzz import fuzz

from casework.intake.normal import employer_name
from casework.screening.identity import Employer, proposals

ONE, OTHER, THIRD = "91420600MY2RT13M2C", "91420100MYF42CWF5K", "91420100MYPMA9025W"


def employer(code, name, graduates=1, **more):
    return Employer(code=code, name=name, graduates=graduates, **more)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (("武汉市甲乙丙科技有限公司", {}), ("武汉甲乙丙科技有限责任公司", {}), {"equal_name"}),
        (("武汉甲乙丙丁科技有限公司", {"phone": "t"}), ("武汉甲乙丙戊科技有限公司", {"phone": "t"}), {"same_phone"}),
        (("中甲建设集团第四工程有限公司", {}), ("中甲建设集团第六工程有限公司", {}), {"other_number"}),
        (("甲乙丙丁技术有限公司", {"place": "420106"}), ("甲乙丙技术有限公司", {"place": "420111"}), {"same_place"}),
        (("甲乙丙丁技术有限公司", {"place": "420106"}), ("甲乙丙技术有限公司", {"place": "430111"}), {"other_place"}),
        (
            ("武汉甲乙丙丁科技有限公司", {"register_name": "武汉甲乙丙科技有限公司"}),
            ("武汉甲乙丙科技有限公司", {}),
            {"register_name"},
        ),
    ],
)  # fmt: skip
def test_a_pair_says_why_it_is_shown(one, other, why):
    (found,) = proposals([employer(ONE, one[0], **one[1]), employer(OTHER, other[0], **other[1])])
    assert set(found.why) == why
    assert (found.code_one, found.code_other) == (OTHER, ONE), "the smaller code first"


@pytest.mark.parametrize(
    ("code", "slip"), [("91420600MY2RT13M2D", True), ("91420600MY2RT31M2C", True), ("91420600MY2TR31M2C", False)]
)
def test_a_slip_in_the_code_is_shown_whatever_the_names_are(code, slip):
    found = proposals([employer(ONE, "甲有限公司"), employer(code, "完全不同的名称集团", 3)])
    assert ["code_one_off" in each.why for each in found] == [True] * slip


def test_what_nobody_went_to_and_what_has_no_name_is_not_proposed():
    assert proposals([employer(ONE, "甲乙丙丁有限公司", 0), employer(OTHER, "甲乙丙丁有限公司", 0)]) == ()
    assert proposals([employer(ONE, ""), employer(OTHER, ""), employer("", "甲乙丙丁有限公司")]) == ()


def test_the_telling_pairs_come_first_and_the_order_does_not_depend_on_the_rows():
    given = [
        employer(ONE, "中甲建设集团第四工程有限公司", 90),
        employer(OTHER, "中甲建设集团第六工程有限公司", 90),
        employer(THIRD, "中甲建设集团第四工程有限责任公司"),
    ]
    found = proposals(given)
    assert found[0].why == ("equal_name",)
    assert found[-1].why == ("other_number",)
    assert proposals(reversed(given)) == found


def _many(how_many):
    chance = random.Random(7)  # noqa: S311 - names for a test
    brands, trades = "岫珂昀翊禾霁煦峤璟臻翎骁栩澜屿瑾筠晟", ("科技", "商贸", "建设工程", "文化传媒", "教育咨询")
    return [
        employer(
            f"9142{chance.randrange(10**14):014}",
            f"武汉{''.join(chance.sample(brands, 3))}{chance.choice(trades)}有限公司",
            place="420100",
        )
        for _ in range(how_many)
    ]


def test_every_pair_that_is_alike_enough_is_shown_and_no_other():
    given = _many(1200)
    keys = {each.code: employer_name(each.name) for each in given}
    alike = {pair for pair in combinations(sorted(keys), 2) if fuzz.ratio(keys[pair[0]], keys[pair[1]]) >= 90}
    assert alike
    assert {(each.code_one, each.code_other) for each in proposals(given)} == alike
