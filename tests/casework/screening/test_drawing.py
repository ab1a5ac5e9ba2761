"""Which records a seed draws: the same for everybody, for years, whatever order the rows came in."""

import random

from hypothesis import given
from hypothesis import strategies as st

from casework.screening import drawing

names = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=20)


@given(st.lists(st.tuples(names, st.sampled_from("ab")), unique_by=lambda row: row[0], max_size=60), st.randoms())
def test_shuffled_rows_give_the_same_draw(members, order):
    drawn = {"a": 5, "b": 7}
    shuffled = list(members)
    order.shuffle(shuffled)
    first = drawing.draw(members, drawn, seed="5eed")
    assert first == drawing.draw(shuffled, drawn, seed="5eed")
    assert drawing.hash_of(each for each, _ in members) == drawing.hash_of(each for each, _ in shuffled)


def test_a_generator_over_the_rows_as_they_come_draws_others_when_they_are_shuffled():
    members = [f"2020{number:04}" for number in range(200)]
    shuffled = members[100:] + members[:100]
    naive = [set(random.Random("5eed").sample(rows, 20)) for rows in (members, shuffled)]  # noqa: S311 - the naive way
    assert naive[0] != naive[1]


def test_the_draw_of_a_seed_is_a_promise_for_years():
    members = [(f"2020{number:04}", "a") for number in range(100)]
    assert sorted(drawing.draw(members, {"a": 4}, seed="c0ffee")) == ["20200005", "20200034", "20200064", "20200077"]
    assert drawing.hash_of(each for each, _ in members).startswith("032e0c07aacb")


def test_a_larger_draw_of_the_same_seed_keeps_the_smaller_one():
    members = [(f"2020{number:04}", "a") for number in range(100)]
    small, large = (set(drawing.draw(members, {"a": n}, seed="c0ffee")) for n in (10, 30))
    assert small < large


def test_every_record_is_drawn_equally_often():
    members = [(f"2020{number:04}", "a") for number in range(40)]
    times = dict.fromkeys((each for each, _ in members), 0)
    for seed in range(2000):
        for student_no in drawing.draw(members, {"a": 10}, seed=str(seed)):
            times[student_no] += 1
    expected = 500
    chi_square = sum((n - expected) ** 2 / (expected * 0.75) for n in times.values()) * 39 / 40
    assert chi_square < 72.1  # the 99.9 % point of 39 degrees of freedom
