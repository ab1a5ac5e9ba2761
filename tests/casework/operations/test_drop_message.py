"""A stuck message is let be with a reason, once."""

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.operations.drop_message import LONGEST, drop_message
from casework.people.actors import actor_of
from tests.casework.factories import make_person
from tests.casework.notices.stuck import all_messages, deeds, make_message


@pytest.fixture
def stuck(office):
    with unit_of_work():
        office.people["administrator"] = make_person("administrator", office.university)
        office.stuck = make_message(office.people["owner"], organisation=office.university)
    return office


def drop(office, reason, by="administrator"):
    with unit_of_work():
        actor = actor_of(db.session.merge(office.people[by]))
        drop_message(db.session.merge(office.stuck), reason=reason, actor=actor)


def test_it_leaves_the_list_and_stays_as_it_ended(stuck):
    drop(stuck, " 已当面告知 ")
    (message,) = all_messages()
    assert (message.state, message.handled_how) == ("dead", "dropped")
    (entry,) = deeds("delivery:drop")
    assert [secret.value for secret in entry.secrets] == ["已当面告知"]
    assert "已当面告知" not in str(entry.facts)


@pytest.mark.parametrize(
    ("reason", "by", "error"),
    [
        ("  ", "administrator", Invalid),
        ("长" * (LONGEST + 1), "administrator", Invalid),
        ("已告知", "owner", Forbidden),
    ],
)
def test_without_a_reason_or_the_right_nothing_happens(stuck, reason, by, error):
    with pytest.raises(error):
        drop(stuck, reason, by)
    assert all_messages()[0].handled_at is None
    assert deeds("delivery:drop") == []


def test_what_was_handled_is_not_dropped_again(stuck):
    drop(stuck, "已告知")
    with pytest.raises(Conflict):
        drop(stuck, "又一次")
    assert len(deeds("delivery:drop")) == 1
