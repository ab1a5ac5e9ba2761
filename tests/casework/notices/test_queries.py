import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import NotFound
from casework.notices import queries, words
from casework.notices.models import Message
from casework.operations.announce import announce

BASE = "http://127.0.0.1"


@pytest.fixture
def told(office):
    with unit_of_work():
        for number in range(3):
            announce("canary", to=[office.people["owner"]], params={"at": "2024-07-24T09:00+08:00"}, dedup=f"{number}")
    return office.people["owner"]


def test_the_inbox_holds_a_persons_own_rows_newest_first_in_pages(office, told):
    newest, middle, oldest = queries.inbox(told.id)
    assert newest.id > middle.id > oldest.id
    assert [row.id for row in queries.inbox(told.id, before_id=newest.id, limit=1)] == [middle.id]
    assert not queries.inbox(office.people["second"].id)


def test_reading_one_or_all_is_counted_once(told):
    first = queries.inbox(told.id)[0]
    with unit_of_work():
        assert queries.mark_read(told.id, ref=first.ref) == 1
        assert queries.mark_read(told.id, ref=first.ref) == 0
    assert queries.unread(told.id) == 2
    with unit_of_work():
        assert queries.mark_read(told.id) == 2
    assert queries.unread(told.id) == 0


def test_somebody_elses_message_does_not_exist(office, told):
    ref = queries.inbox(told.id)[0].ref
    assert queries.get_message(ref, person_id=told.id).ref == ref
    with pytest.raises(NotFound):
        queries.get_message(ref, person_id=office.people["second"].id)


def test_a_row_is_worded_in_the_readers_language(told):
    row = queries.inbox(told.id)[0]
    assert "通道巡检" in words.text(row, base_url=BASE).subject
    told.language = "en"
    assert "通道巡检" not in words.text(row, base_url=BASE).subject


def test_a_row_that_cannot_be_worded_still_shows_what_it_is_and_where(office):
    with unit_of_work():
        announce("case_due", to=[office.people["owner"]], params={"case": "LC24-0001"}, dedup="x", inbox_only=True)
    shown = words.text(db.session.scalars(select(Message)).one(), base_url=BASE)
    assert shown.subject == "案件临期提醒"
    assert shown.links == (f"{BASE}/",)
