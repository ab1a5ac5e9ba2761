from datetime import UTC, date, datetime

import pytest

from casework.errors import Invalid
from casework.leads.channels import Channel, channels, get_channel
from casework.leads.clocks import dues_of, running
from casework.leads.models import Lead
from casework.working_days import calendar
from workflows.beijing import end_of

FRIDAY = datetime(2024, 7, 26, 2, tzinfo=UTC)
LATER = datetime(2024, 8, 1, 2, tzinfo=UTC)
MONDAY, TUESDAY, FAR = date(2024, 7, 29), date(2024, 7, 30), date(2024, 9, 14)
PHONE = Channel("P", "电话", "phone", "university", 1, replies_upward=False)
PUSHED = Channel("M", "下发", "list", "national", 2, replies_upward=True)
LETTER = Channel("L", "信访", "letter", "local", None, replies_upward=True)


def make(state="accepted", **values):
    return Lead(state=state, received_at=FRIDAY, **values)


@pytest.mark.parametrize(
    ("channel", "values", "since", "respond", "upward"),
    [
        (PHONE, {}, None, MONDAY, None),
        (PUSHED, {}, None, TUESDAY, TUESDAY),
        (PHONE, {"reply_by": FAR}, None, MONDAY, FAR),
        (PUSHED, {"reply_by": FAR}, None, TUESDAY, FAR),
        (LETTER, {}, None, None, None),
        (LETTER, {"reply_by": FAR}, None, None, FAR),
        (None, {}, None, None, None),
        (PHONE, {}, LATER, date(2024, 8, 2), None),
        (PUSHED, {}, LATER, date(2024, 8, 5), TUESDAY),
    ],
)
def test_the_letter_goes_before_the_channel_and_a_reopening_starts_the_first_reply_anew(
    channel, values, since, respond, upward
):
    dues = dues_of(make(**values), channel, calendar(), since=since)
    assert (dues.respond and dues.respond.on, dues.upward and dues.upward.on) == (respond, upward)


@pytest.mark.parametrize(
    ("state", "values", "clocks"),
    [
        ("received", {}, ["upward", "respond"]),
        ("received", {"first_reply_at": FRIDAY}, ["upward"]),
        ("accepted", {"replied_upward_at": FRIDAY}, ["respond"]),
        ("declining", {"reply_by": FAR}, ["respond", "upward"]),
        ("answered", {}, []),
        ("declined", {}, []),
        ("merged", {}, []),
    ],
)
def test_a_clock_runs_until_its_reply_is_given_or_the_lead_is_closed(state, values, clocks):
    lead = make(state, **values)
    assert [due.clock for due in running(lead, dues_of(lead, PUSHED, calendar()))] == clocks


def test_beyond_the_known_years_only_what_the_letter_names_is_dated_and_the_rest_is_said():
    lead = Lead(state="accepted", received_at=datetime(2031, 7, 1, tzinfo=UTC), reply_by=date(2031, 8, 1))
    dues = dues_of(lead, PUSHED, calendar())
    assert dues.respond is None
    assert dues.upward.at == end_of(date(2031, 8, 1))
    assert [str(reason).endswith("。") for reason in dues.unknown] == [True]


def test_the_channels_of_the_round_are_those_of_its_table(leads):
    found = channels(leads.office.round.id)
    assert (found["MOE_PUSH"].response_days, found["MOE_PUSH"].replies_upward) == (2, True)
    assert (found["UNIV_PHONE"].response_days, found["UNIV_PHONE"].replies_upward) == (1, False)
    assert (found["PETITION"].response_days, found["PETITION"].replies_upward) == (None, True)
    assert found["MEDIA"].name("en") == "Media or online public opinion"
    assert found["MEDIA"].name("zh") == "媒体、网络舆情"
    with pytest.raises(Invalid):
        get_channel(leads.office.round.id, "PIGEON")
