"""Deliveries and channels over HTTP: the same operations as the pages, the same refusals."""

import pytest
from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.notices.models import ContactPoint
from tests.casework.factories import make_person
from tests.casework.notices.stuck import all_messages, deeds, make_message


@pytest.fixture
def office(world):
    """Return the world with two stuck messages: their refs, and the number of the case of the first."""
    ways.configure(("inbox", "simulator"))
    owner = world.caller("investigator")
    number = world.case(owner=owner, state="investigating")
    with unit_of_work():
        case = db.session.scalars(select(Case).filter_by(number=number)).one()
        person = db.session.merge(owner.person)
        world.refs = [
            make_message(person, case=case, note="recipient: <z@x.example>").ref,
            make_message(person, organisation=db.session.merge(world.tree.university)).ref,
        ]
    world.number, world.login = number, owner.login
    yield world
    ways.configure(())


@pytest.fixture
def administrator(office):
    return office.caller("administrator")


def invalid(ref):
    with unit_of_work():
        message = next(each for each in all_messages() if each.ref == ref)
        db.session.add(ContactPoint(person_id=message.person_id, channel=message.channel, state="invalid"))


def test_what_waits_is_listed_and_a_search_answers_whether_somebody_was_told(office, administrator):
    found = administrator.get("/deliveries", query_string={"stuck": "true"}, status=200).json
    assert [each["ref"] for each in found["items"]] == office.refs[::-1]
    asked = {"case": office.number, "person": office.login}
    (line,) = administrator.get("/deliveries", query_string=asked, status=200).json["items"]
    assert (line["ref"], line["subject"], line["role"]) == (office.refs[0], office.number, "investigator")
    assert "@" not in line["why"]
    assert line["address"].startswith("p***@")


def test_a_stuck_message_is_repeated_dropped_and_its_words_are_read_with_a_trace(office, administrator):
    first, second = office.refs
    made = administrator.post(f"/deliveries/{first}/resend", status=201).json
    assert (made["state"], made["chain"]) == ("ready", [first, made["ref"]])
    administrator.post(f"/deliveries/{first}/resend", status=409)
    dropped = administrator.post(f"/deliveries/{second}/drop", {"reason": "已告知"}, status=200).json
    assert (dropped["state"], dropped["handled"]) == ("dead", "dropped")
    assert office.number in administrator.post(f"/deliveries/{first}/text", status=200).get_data(as_text=True)
    assert len(deeds("delivery:look")) == 1
    assert administrator.get("/deliveries", query_string={"stuck": "true"}, status=200).json["items"] == []


def test_of_several_each_refusal_says_why(office, administrator):
    invalid(office.refs[0])
    done = administrator.post("/deliveries/resend", {"refs": office.refs}, status=200).json
    assert done["done"] == 0
    assert {each["code"] for each in done["refused"]} == {"pointless"}
    administrator.post(f"/deliveries/{office.refs[0]}/trust", status=200)
    assert administrator.post("/deliveries/resend", {"refs": office.refs}, status=200).json["done"] == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/deliveries/{ref}/drop", {}),
        ("/deliveries/{ref}/drop", {"reason": " "}),
        ("/deliveries/drop", {"refs": []}),
        ("/deliveries/resend", {"refs": ["x"] * 201}),
        ("/deliveries/replay", {"person": "P", "since": "2024-07-01T00:00", "until": "2024-07-02T00:00"}),
        ("/deliveries/replay", {"person": "P", "since": "0001-01-01T00:00:00+14:00", "until": "2024-07-02T00:00Z"}),
        ("/channels/simulator/hold", {"reason": ""}),
        ("/channels/simulator/weight", {"weight": 101}),
        ("/channels/simulator/weight", {"weight": True}),
    ],
)
def test_what_is_not_well_formed_is_refused_and_changes_nothing(office, administrator, path, body):
    administrator.post(path.format(ref=office.refs[0]), body, status=422)
    assert [message.handled_how for message in all_messages()] == ["", ""]


def test_who_administers_nothing_is_refused_and_another_university_has_nothing(office):
    supervisor, stranger = office.caller("supervisor"), office.caller("administrator", office.other)
    ref = office.refs[0]
    for path in ("/deliveries", f"/deliveries/{ref}", "/channels"):
        supervisor.get(path, status=403)
    assert stranger.get("/deliveries", status=200).json["items"] == []
    stranger.get(f"/deliveries/{ref}", status=404)
    for path, body in ((f"/deliveries/{ref}/resend", {}), (f"/deliveries/{ref}/drop", {"reason": "某"})):
        supervisor.post(path, body, status=403)
        stranger.post(path, body, status=404)
    assert stranger.post("/deliveries/resend", {"refs": [ref]}, status=200).json == {"done": 0, "refused": []}
    assert len(all_messages()) == 2


def test_a_channel_is_held_released_and_tried(office, administrator):
    held = administrator.post("/channels/simulator/hold", {"reason": "维护"}, status=200).json
    assert (held["held"], held["held_because"], held["held_by"]) == (True, "维护", administrator.login)
    administrator.post("/channels/simulator/hold", {"reason": "维护"}, status=409)
    assert administrator.post("/channels/simulator/release", status=200).json["held"] is False
    made = administrator.post("/channels/simulator/test", status=201).json
    assert (made["kind"], made["login"]) == ("test_message", administrator.login)
    ways_out = {each["code"]: each for each in administrator.get("/channels", status=200).json["items"]}
    assert (ways_out["simulator"]["in_use"], ways_out["simulator"]["waiting"]) == (True, 1)
    assert ways_out["smtp"]["in_use"] is False
    administrator.post("/channels/smtp/hold", {"reason": "维护"}, status=404)


def test_a_lower_administrator_holds_nothing_that_all_share(office, administrator):
    with unit_of_work():
        make_person("administrator", db.session.merge(office.tree.ministry))
    administrator.post("/channels/simulator/hold", {"reason": "维护"}, status=403)
    assert deeds("channel:hold") == []
