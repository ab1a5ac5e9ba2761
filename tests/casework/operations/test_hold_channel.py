"""A way out that a person holds stays held until a person opens it; providers are weighed; one may try it out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.notices import ways
from casework.notices.models import Provider
from casework.operations.hold_channel import hold_channel, release_channel, send_test, weigh_channel
from casework.people.actors import actor_of
from tests.casework.factories import make_person
from tests.casework.notices.office import beijing
from tests.casework.notices.outward import Scripted, call, tell
from tests.casework.notices.stuck import all_messages, deeds

NOW = beijing(7, 24, 11)


@pytest.fixture
def administrator(office):
    with unit_of_work():
        office.people["administrator"] = make_person("administrator", office.university)
    return office.people["administrator"]


def as_(person, do, *arguments, moment=NOW, **rest):
    with clock.stopped_at(moment), unit_of_work():
        return do(*arguments, actor=actor_of(db.session.merge(person)), **rest)


def provider():
    db.session.rollback()
    return db.session.scalars(select(Provider)).one_or_none()


def test_a_persons_hold_does_not_end_by_itself(office, told_case, administrator):
    tell(office, told_case)
    as_(administrator, hold_channel, "simulator", reason="服务商通知维护")
    assert call(Scripted(), NOW + timedelta(days=2)) is None
    as_(administrator, release_channel, "simulator")
    assert provider().held_at is None
    assert call(Scripted(), NOW + timedelta(hours=1)) == 1
    assert [entry.subject for entry in deeds("channel:hold", "channel:release")] == ["simulator", "simulator"]


@pytest.mark.parametrize(
    ("who", "channel", "reason", "error"),
    [
        ("administrator", "simulator", "  ", Invalid),
        ("administrator", "simulator", "长" * 201, Invalid),
        ("administrator", "smtp", "维护", NotFound),
        ("supervisor", "simulator", "维护", Forbidden),
    ],
)
@pytest.mark.usefixtures("administrator")
def test_a_hold_without_reason_right_or_channel_leaves_nothing(office, who, channel, reason, error):
    with pytest.raises(error):
        as_(office.people[who], hold_channel, channel, reason=reason)
    assert provider() is None
    assert deeds("channel:hold") == []


def test_held_twice_and_released_twice_say_so(administrator):
    with pytest.raises(Conflict):
        as_(administrator, release_channel, "simulator")
    as_(administrator, hold_channel, "simulator", reason="维护")
    with pytest.raises(Conflict):
        as_(administrator, hold_channel, "simulator", reason="再来")
    assert provider().held_because == "维护"


def test_an_administrator_below_another_one_changes_nothing_that_all_share(office, administrator):
    with unit_of_work():
        above = make_person("administrator", office.province)
    with pytest.raises(Forbidden):
        as_(administrator, hold_channel, "simulator", reason="维护")
    as_(above, hold_channel, "simulator", reason="维护")
    assert provider().held_by_id == above.id


def test_providers_are_weighed_but_never_all_to_nothing(administrator):
    ways.configure(("inbox", "aliyun", "tencent"))
    as_(administrator, weigh_channel, "aliyun", weight=0)
    with pytest.raises(Conflict):
        as_(administrator, weigh_channel, "tencent", weight=0)
    as_(administrator, weigh_channel, "tencent", weight=3)
    rows = db.session.scalars(select(Provider).order_by(Provider.channel)).all()
    assert [(row.channel, row.weight) for row in rows] == [("aliyun", 0), ("tencent", 3)]
    for wrong in (-1, 101):
        with pytest.raises(Invalid):
            as_(administrator, weigh_channel, "tencent", weight=wrong)


def test_only_sms_is_weighed(administrator):
    with pytest.raises(Conflict):
        as_(administrator, weigh_channel, "simulator", weight=2)
    assert provider() is None


def test_a_test_message_goes_to_oneself_and_leaves_at_once(administrator):
    as_(administrator, send_test, "simulator")
    (message,) = all_messages()
    assert (message.kind, message.person_id, message.state) == ("test_message", administrator.id, "ready")
    assert call(Scripted(), NOW) == 1
    assert all_messages()[0].state == "accepted"


def test_who_has_no_address_there_sends_no_test(office, administrator):
    ways.configure(("inbox", "aliyun"))
    with pytest.raises(Conflict):
        as_(administrator, send_test, "aliyun")
    assert all_messages() == []
