import pytest

from casework.notices import ways
from casework.people.models import Person
from notifications.kinds import ESCALATION, REMINDER

EVERYTHING = ("inbox", "tencent", "webhook", "simulator", "aliyun", "wecom", "smtp")


@pytest.fixture(autouse=True)
def _way_back():
    yield
    ways.configure(())


def someone(*, email="li@example.edu", login="li", **addresses):
    return Person(login=login, name="李老师", email=email, **addresses)


@pytest.mark.parametrize(
    ("person", "message_class", "channels"),
    [
        (someone(), ESCALATION, ("smtp", "simulator")),
        (someone(mobile="13900001111"), ESCALATION, ("smtp", "tencent", "simulator")),
        (someone(mobile="13900001111"), REMINDER, ("smtp", "simulator")),
        (someone(wecom="lisi"), REMINDER, ("smtp", "wecom", "simulator")),
        (someone(email="", mobile="13900001111"), ESCALATION, ("tencent", "simulator")),
        (someone(login="OA-desk"), REMINDER, ("smtp", "webhook", "simulator")),
    ],
)
def test_mail_comes_first_and_sms_only_for_escalations_by_one_provider(person, message_class, channels):
    ways.configure(EVERYTHING, subscribers={"oa_desk"})
    assert ways.out_to(person, message_class=message_class) == channels


def test_each_channel_has_its_own_address():
    ways.configure(EVERYTHING, subscribers={"li"})
    person = someone(mobile="13900001111", wecom="lisi")
    assert {channel: ways.address_of(person, channel=channel) for channel in ways.out()} == {
        "smtp": "li@example.edu",
        "wecom": "lisi",
        "tencent": "13900001111",
        "aliyun": "13900001111",
        "webhook": "li",
        "simulator": "li@example.edu",
    }


def test_a_person_who_has_left_no_number_is_reached_by_mail():
    ways.configure(EVERYTHING)
    assert ways.out_to(Person(login="li", name="李老师", email="li@example.edu"), message_class=ESCALATION) == (
        "smtp",
        "simulator",
    )
