"""The desk of leads turns its pages without losing or doubling a lead, and counts what its first sentence says."""

from datetime import timedelta

import pytest

from casework import clock
from casework.doors.unit import unit_of_work
from casework.operations.take_lead import take_lead
from casework.overview import lead_desk
from casework.overview.lead_desk import LeadFilters
from casework.people.actors import actor_of
from tests.casework.factories import NOON, make_person, make_round, make_tree

EVERYTHING = LeadFilters()
HOUR = timedelta(hours=1)


@pytest.fixture
def office(app):
    """Return the officer of a university and how its leads are made: each with its clocks set by hand."""
    with unit_of_work():
        tree, round_ = make_tree(), make_round()
        officer = make_person("lead_officer", tree.university)

    def lead(**columns):
        made = take_lead(
            organisation=tree.university,
            round=round_,
            channel="UNIV_PHONE",
            received_at=NOON - HOUR,
            title="反映扣发证书",
            content="证书暂缓领取。",
            actor=actor_of(officer),
        )
        for name, value in {"due_at": None, "respond_by": None, "reply_upward_by": None, **columns}.items():
            setattr(made, name, value)
        return made

    return actor_of(officer), lead


def pages(actor, *, limit):
    """Return the numbers on each page of the open leads, from the first to the last."""
    after, found = "", []
    while True:
        sheet = lead_desk.sheet(lead_desk.view("all", actor), EVERYTHING, after=after, limit=limit)
        found.append([line.number for line in sheet.lines])
        if not sheet.next:
            return found
        after = sheet.next


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_hold_every_lead_once_the_most_urgent_first_and_the_undated_last(office, limit):
    actor, lead = office
    with unit_of_work():
        # Two share a moment, so that a page may end between them; two have no deadline at all.
        due = [NOON + HOUR, NOON, None, NOON, None, NOON + 2 * HOUR]
        made = [lead(due_at=at).number for at in due]
    wanted = [made[1], made[3], made[0], made[5], made[4], made[2]]
    found = pages(actor, limit=limit)
    assert [number for page in found for number in page] == wanted
    assert {len(page) for page in found[:-1]} <= {limit}


def test_the_first_sentence_counts_what_is_late_and_what_is_due_today(office):
    actor, lead = office
    with unit_of_work():
        late = lead(due_at=NOON - HOUR, respond_by=NOON - HOUR)
        lead(due_at=NOON + HOUR, respond_by=NOON + HOUR, reply_upward_by=NOON + HOUR)
        lead(due_at=NOON + HOUR, respond_by=NOON + HOUR, first_reply_at=NOON - HOUR, reply_upward_by=NOON + 48 * HOUR)
        lead(due_at=NOON - 2 * HOUR, respond_by=NOON - 2 * HOUR, state="answered")
        first = late.number
    with clock.stopped_at(NOON):
        found = lead_desk.numbers(actor, EVERYTHING, now=NOON)
    assert (found.first_today, found.upward_today, found.untaken, found.open) == (1, 1, 3, 3)
    assert (found.late, found.most_urgent.number) == (1, first)
