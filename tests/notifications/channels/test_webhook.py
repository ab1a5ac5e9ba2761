from ipaddress import ip_address

import pytest

from notifications.channels.webhook import Settings, Webhook, name_of
from notifications.channels.webhook_signature import key_id_of, secrets_of, signature_of
from notifications.errors import ChannelMisconfigured
from tests.notifications.channels.providers import longer, said, says_nothing_personal, to
from tests.support.http_stand_in import Mood, running
from tests.support.webhook_receiver import OLD_SECRET, SECRET, Receiver


@pytest.fixture
def receiver():
    with running(Receiver()) as subscriber:
        yield subscriber


def channel_to(url, **changed):
    given = {"url_oa": url, "secret_oa": SECRET, "networks": "127.0.0.1/32", "timeout": "5"}
    return Webhook(Settings.read(given | changed))


def test_the_signature_is_that_of_the_published_example():
    assert (
        signature_of(
            secrets_of(SECRET),
            ref="msg_p5jXN8AQM9LWM0D4loKWxJek",
            at=1614265330,
            body=b'{"test": 2432232314}',
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_message_arrives_signed_under_its_own_id(receiver):
    message = to("m-1", "oa")
    assert said(channel_to(receiver.url).send([message], reference="a1")) == {"m-1": ("accepted", None)}
    (row,) = receiver.carrier
    assert (row["id"], row["said"]["type"]) == ("m-1", "case_escalated")
    assert row["said"]["data"] == {
        "ref": "m-1",
        "language": "zh",
        "subject": message.subject,
        "body": message.body,
        "links": list(message.links),
    }


@pytest.mark.parametrize(
    ("known", "sent", "taken"),
    [
        (SECRET, SECRET, True),
        (OLD_SECRET, f"{SECRET} {OLD_SECRET}", True),
        (SECRET, f"{SECRET} {OLD_SECRET}", True),
        (OLD_SECRET, SECRET, False),
    ],
)
def test_while_a_secret_is_changed_both_are_good(receiver, known, sent, taken):
    receiver.secret = known
    channel_to(receiver.url, secret_oa=sent).send([to("m-1", "oa")], reference="a1")
    assert bool(receiver.carrier) == taken


def test_what_is_kept_of_a_yes_says_its_status_and_which_secrets_signed_and_opens_nothing(receiver):
    both = f"{SECRET} {OLD_SECRET}"
    (outcome,) = channel_to(receiver.url, secret_oa=both).send([to("m-1", "oa")], reference="a1").outcomes
    status, _, keys = outcome.provider_id.partition(" ")
    assert status.startswith("2")
    assert keys.split("+") == [key_id_of(secret) for secret in secrets_of(both)]
    assert len(set(keys.split("+"))) == 2
    assert all(key not in both for key in keys.split("+"))


@pytest.mark.parametrize(
    ("status", "error_class"),
    [(410, "recipient"), (429, "throttled"), (500, "transient"), (404, "transient"), (302, "transient")],
)
def test_a_refusal_has_the_class_that_says_what_to_do(receiver, status, error_class):
    receiver.statuses = [status]
    (outcome,) = channel_to(receiver.url).send([to("m-1", "oa")], reference="a1").outcomes
    assert (outcome.status, outcome.error_class) == ("refused", error_class)
    assert len(receiver.asked) == 1  # a redirect is not followed
    assert receiver.carrier == []


@pytest.mark.parametrize("mood", [Mood.RESETS_BEFORE, Mood.TAKES_THEN_RESETS, Mood.TAKES_LATE])
def test_a_lost_answer_is_settled_by_saying_it_again_under_the_same_id(receiver, mood):
    receiver.moods.append(mood)
    way = channel_to(receiver.url, timeout="0.6")
    assert said(way.send([to("m-1", "oa")], reference="a1")) == {"m-1": ("in_doubt", "in_doubt")}
    assert way.ask("a1").outcomes == ()
    assert said(way.send([to("m-1", "oa")], reference="a2")) == {"m-1": ("accepted", None)}
    assert [row["id"] for row in receiver.carrier] == ["m-1"]


@pytest.mark.parametrize(
    ("address", "plain", "permitted"),
    [
        ("93.184.216.34", False, True),
        ("93.184.216.34", True, False),
        ("127.0.0.1", False, False),
        ("10.0.0.1", False, False),
        ("10.1.2.3", True, True),
        ("169.254.169.254", False, False),
        ("100.100.100.200", False, False),
        ("192.168.1.1", False, False),
        ("0.0.0.0", False, False),  # noqa: S104 - not bound to, asked about
        ("224.0.0.1", False, False),
        ("::1", False, False),
        ("fd00::1", False, False),
        ("fe80::1", False, False),
        ("::ffff:127.0.0.1", False, False),
        ("::ffff:10.1.2.3", False, True),
        ("64:ff9b::7f00:1", False, False),
        ("2002:7f00:1::", False, False),
        ("2606:2800:220:1::1", False, True),
    ],
)
def test_no_address_of_our_own_network_is_called_unless_it_is_named(address, plain, permitted):
    way = channel_to("https://oa.example.edu/hook", networks="10.1.0.0/16")
    assert way._permitted(ip_address(address), plain=plain) == permitted


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_an_inner_address_is_not_even_connected_to_however_it_is_written(receiver, host):
    url = receiver.url.replace("127.0.0.1", host)
    (outcome,) = channel_to(url, networks="").send([to("m-1", "oa")], reference="a1").outcomes
    assert (outcome.status, outcome.error_class) == ("refused", "transient")
    assert "内部网络" in outcome.sentence
    assert receiver.asked == []


def test_what_is_too_long_is_not_sent(receiver):
    outcomes = channel_to(receiver.url).send([longer(to("m-1", "oa"), 8000)], reference="a1")
    assert said(outcomes) == {"m-1": ("refused", "bug")}
    assert receiver.asked == []


def test_whoever_did_not_subscribe_gets_nothing(receiver):
    assert said(channel_to(receiver.url).send([to("m-1", "other")], reference="a1")) == {
        "m-1": ("refused", "recipient")
    }


def test_a_login_is_spelt_as_a_variable_can_be():
    assert name_of("OA-Desk.1") == "oa_desk_1"


def test_nothing_personal_is_written_down(receiver, caplog):
    caplog.set_level("DEBUG")
    way = channel_to(receiver.url)
    submissions = [way.send([to("m-1", "oa")], reference="a1")]
    receiver.statuses = [500]
    submissions.append(way.send([to("m-2", "oa")], reference="a2"))
    assert says_nothing_personal(caplog.records, submissions, SECRET, "LC24-0417")
    assert "secrets" not in repr(way._settings)


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret_oa": ""},
        {"secret_oa": "whsec_short"},
        {"secret_oa": "whsec_AAAA"},
        {"secret_oa": f"{SECRET} {SECRET} {SECRET}"},
        {"url_oa": "ftp://oa.example.edu"},
        {"url_oa": "https://user:word@oa.example.edu"},
        {"secret_other": SECRET},
        {"networks": "10.1"},
        {"timeout": "60"},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ChannelMisconfigured):
        channel_to("https://oa.example.edu/hook", **wrong)
