"""The card of a lead's clocks says what was said when, and why nothing runs: a row a case."""

from datetime import timedelta

import pytest

from casework.leads.models import Lead, LeadTalk
from casework.web import leads_replies as words
from tests.casework.notices.office import beijing

NOW = beijing(7, 25, 9)
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)
OPEN, CLOSED = {"state": "accepted"}, {"state": "declined"}
STANDING = [
    (OPEN, words.NO_CLOCK),
    (OPEN | {"respond_by": LATER, "due_at": LATER}, ""),
    (OPEN | {"respond_by": LATER, "first_reply_at": NOW}, words.ALL_GIVEN),
    (OPEN | {"reply_upward_by": EARLIER, "replied_upward_at": NOW}, words.ALL_GIVEN),
    (OPEN | {"due_why": [{"code": "calendar_unknown"}]}, words.NO_CALENDAR),
    (CLOSED | {"respond_by": LATER}, words.ENDED),
]
SAID = [
    (None, None, words.NOT_ASKED),
    (None, LATER, words.WAITS),
    (None, EARLIER, words.OVERDUE),
    (NOW, None, words.GIVEN),
    (NOW, LATER, words.IN_TIME),
    (NOW, NOW, words.IN_TIME),
    (NOW, EARLIER, words.LATE),
]


@pytest.mark.parametrize(("facts", "expected"), STANDING)
def test_why_no_clock_runs(facts, expected):
    assert words.standing(Lead(**facts)) == expected


@pytest.mark.parametrize(("at", "due", "expected"), SAID)
def test_what_was_replied_and_whether_in_time(at, due, expected):
    lead = Lead(first_reply_at=at, respond_by=due, replied_upward_at=at, reply_upward_by=due)
    assert [each.sentence for each in words.replies(lead, now=NOW)] == [expected, expected]


def test_replies_on_the_way_are_named_until_the_last_word_is_given():
    lead = Lead(talks=[LeadTalk(kind="interim", at=NOW, words=""), LeadTalk(kind="answer", at=NOW, words="")])
    assert words.interim(lead) == [NOW]
    lead.replied_upward_at = LATER
    assert words.interim(lead) == []
