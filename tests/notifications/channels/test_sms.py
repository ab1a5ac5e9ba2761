import pytest

from notifications.channels.channel import accepted
from notifications.channels.sms import Bundle, Template, bundles, masked, number_of
from notifications.channels.sms_turns import PATIENCE, Said, in_turn
from tests.notifications.channels.providers import NUMBER, number, to

TEMPLATES = {"case_escalated": Template("SMS_1", ("case",)), "test_message": Template("SMS_2")}


def bundled(messages, size=3):
    return list(bundles(messages, TEMPLATES, reference="a1", size=size, same=lambda *_: None))


def test_in_a_bundle_every_number_stands_once_and_reference_and_number_name_one_message():
    messages = [to("m-1"), to("m-2"), *(to(f"x-{at}", number(at)) for at in range(5)), to("m-3", "+8613900001111")]
    named = [(bundle.mark, each) for bundle in bundled(messages) for each in bundle.numbers]
    assert len(set(named)) == len(messages)
    assert ("a1", NUMBER) not in named
    assert max(len(bundle.messages) for bundle in bundled(messages)) == 3


def test_different_templates_do_not_share_a_call():
    found = bundled([to("m-1"), to("m-2", number(2), kind="test_message"), to("m-3", number(3))])
    assert [(bundle.template.code, len(bundle.messages)) for bundle in found] == [("SMS_1", 2), ("SMS_2", 1)]


@pytest.mark.parametrize(("frozen", "calls"), [(0, 3), (PATIENCE + 1, 1)])
def test_a_process_frozen_between_two_calls_does_not_go_on(frozen, calls):
    made, moment = [], [0.0]

    def submit(bundle):
        made.append(bundle)
        moment[0] += frozen
        return Said((accepted(bundle.messages[0], "1"),))

    three = [Bundle("a1", TEMPLATES["case_escalated"], (to(f"m-{at}", number(at)),)) for at in range(3)]
    outcomes = list(in_turn(three, submit, elapsed=lambda: moment[0]))
    assert len(made) == calls
    assert [each.error_class for each in outcomes] == [None] * calls + ["transient"] * (3 - calls)


@pytest.mark.parametrize(
    ("words", "shown"),
    [("13900001111 is invalid", "… is invalid"), ("+8613900001111", "+…"), ("code 4711", "code 4711"), (None, "None")],
)
def test_a_providers_words_are_shown_without_numbers(words, shown):
    assert masked(words) == shown


@pytest.mark.parametrize("address", ["1390000111", "139000011112", "23900001111", "１３９００００１１１１"])
def test_what_only_looks_like_a_number_is_none(address):
    assert number_of(address) is None
