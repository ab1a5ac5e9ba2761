"""A demonstration shows what came to its phones; no other installation has such a page, or keeps such words."""

from dataclasses import replace

import pytest

from casework.app import create_app
from notifications.channels.simulator import Simulator
from notifications.message import Message
from tests.support.application import inside

LINK = "https://office.example/c/ABCDEFGHJKMNPQRS"


def letter(number, kind="confirm_reminder"):
    return Message(f"m{number}", kind, "zh", f"1540000000{number}", "", f"第{number}条：{LINK} 。")


@pytest.mark.parametrize("demo", [True, False])
def test_only_a_demonstration_shows_its_phones(settings, demo):
    with inside(create_app(replace(settings, demo=demo))) as app:
        carrier = Simulator(settings.carrier_log, keeps_words=demo)
        carrier.send([letter(1), letter(2), letter(3, kind="case_due")], reference="r")
        answer = app.test_client().get("/demo/phones")
        text = answer.get_data(as_text=True)
    assert answer.status_code == (200 if demo else 404)
    assert ("第2条" in text, 'href="/c/ABCDEFGHJKMNPQRS"' in text, "第3条" in text) == (demo, demo, False)
    assert ("第1条" in settings.carrier_log.read_text()) == demo


def test_the_newest_comes_first_and_a_long_log_is_read_from_its_end(tmp_path):
    carrier = Simulator(tmp_path / "carrier.jsonl", keeps_words=True)
    carrier.send([letter(number) for number in range(10)] * 1000, reference="r")
    carrier.send([letter(7)], reference="last")
    found = carrier.latest(count=3)
    assert [line["reference"] for line in found] == ["last", "r", "r"]
