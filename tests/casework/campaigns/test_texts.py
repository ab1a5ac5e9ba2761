"""Texts: what is filled in, how long it is, how many SMS that costs."""

from datetime import date

import pytest

from casework.campaigns.texts import length_of, parts_of, preview, render


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)])
def test_seventy_characters_are_one_sms_and_then_sixty_seven_each(length, parts):
    assert parts_of("字" * length) == parts


def test_a_character_beyond_the_basic_plane_counts_twice():
    assert length_of("𠮷字") == 3


def test_places_are_filled_and_unknown_ones_stay():
    said = render("{school}：{on}，{ link }{name}", link="https://x/c/t", on=date(2024, 8, 31), school="岭川大学")
    assert said == "岭川大学：8月31日，https://x/c/t{name}"


def test_only_sms_costs():
    given = {"link": "x", "on": date(2024, 8, 31), "school": "岭川大学"}
    assert preview("字" * 80, channel="sms", **given).parts == 2
    assert preview("字" * 80, channel="smtp", **given).parts == 0
