"""Who sees which batch, and what a screening of now would read."""

import pytest

from casework.intake import queries
from tests.casework.sample_university import (
    get,
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    round_,
    stage,
    stranger,
    take,
)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _university(app):
    open_university()


def refs(login):
    return [batch.ref for batch in queries.batches(officer(login))]


def test_the_list_and_the_single_page_agree_on_what_somebody_sees(settings, tmp_path):
    made = [take(registration(tmp_path, graduate(n), name=f"{n}.csv"), settings) for n in (1, 2)]
    for login in ("U013", "U001", "U021", "U025"):  # the office, an investigator, the province, the ministry
        assert refs(login) == made[::-1], login
        assert get(made[0], login).ref == made[0]
    for login in ("U007", "U018", "U020", "U026", "U027", stranger()):
        assert refs(login) == [], login


def test_a_long_list_is_read_in_pages(settings, tmp_path):
    made = [take(registration(tmp_path, graduate(n), name=f"{n}.csv"), settings) for n in range(3)]
    first = queries.batches(officer(), limit=2)
    rest = queries.batches(officer(), limit=2, before_id=first[-1].id)
    assert [batch.ref for batch in (*first, *rest)] == made[::-1]


def test_the_data_cut_names_the_newest_written_file_of_each_kind(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    newest = hand_in(registration(tmp_path, graduate(2), name="newer.csv"), settings)
    waiting = take(registration(tmp_path, graduate(3), name="waiting.csv"), settings)
    stage(waiting, settings)
    cut = queries.data_cut(round_().id, organisation().id)
    assert {kind: row["ref"] for kind, row in cut.items()} == {"graduates": newest}
    assert cut["graduates"]["taken_at"] == "2024-07-25T15:59:59+00:00"  # the end of the day in Beijing


def test_problems_are_read_in_pages_in_the_order_of_the_rows(settings, tmp_path):
    rows = [graduate(n, 签约日期="明年") for n in range(5)]
    ref = take(registration(tmp_path, *rows), settings)
    stage(ref, settings)
    first = queries.problems(get(ref), limit=3)
    rest = queries.problems(get(ref), limit=3, after_id=first[-1].id)
    assert [problem.row for problem in (*first, *rest)] == [1, 2, 3, 4, 5]


def test_a_kind_that_was_never_imported_is_left_out_of_the_frames(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    assert set(queries.frames(round_().id, organisation().id)) == {"records"}
