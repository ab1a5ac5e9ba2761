"""Notes become sentences, and what a provider said is shown without addresses and numbers."""

import pytest

from casework.notices.statuses import STEPS
from casework.notices.story_words import STATES, said_of


def test_every_status_has_a_word():
    assert STATES.keys() == STEPS.keys()


@pytest.mark.parametrize(
    ("note", "sentence", "then", "detail"),
    [
        ("", "", "", ""),
        ("the case is closed", "案件已办结，不再需要告知", "", ""),
        ("the report is filed", "报告的状态已经变化，不再需要告知", "", ""),
        ("recipient: 550 <a.b@x.example>: no", "对方不接受这个地址", "", "550 <…>: no"),
        ("transient: 13800001111 100%", "暂时没有发出", "", "… 100%"),
        ("attempts used up: transient: 503", "多次没有成功，不再自动重试", "暂时没有发出", "503"),
        ("attempts used up: not tried", "多次没有成功，不再自动重试", "没有试，已放回", ""),
        ("some other words of a@b.example", "", "", "some other words of …"),
        ("bug: " + "x" * 1000, "消息有误，需要维护人员查看", "", "x" * 300),
    ],
)
def test_a_note_is_said_in_words(note, sentence, then, detail):
    said = said_of(note)
    assert (said.sentence, said.then, said.detail) == (sentence, then, detail)
