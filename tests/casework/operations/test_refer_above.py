"""A case is offered to the level above: by hand with a reason, by itself where everybody has to keep away."""

import pytest

from casework import journal
from casework.cases.above import Referral
from casework.cases.above_queries import count_waiting
from casework.cases.queries import get_case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.decide_spot_check import decide_spot_check
from casework.operations.declare_tie import declare_tie, withdraw_tie
from casework.operations.draw_spot_check import draw_spot_check
from casework.operations.orphans import orphans
from casework.operations.refer_above import everybody_barred, give_back, refer_above, review_offer
from casework.operations.retime import retime
from casework.operations.return_below import may_return_below, return_below
from casework.operations.take_over import take_over
from casework.people.actors import actor_of
from casework.people.models import Relation
from tests.casework.factories import make_case, make_person
from tests.casework.operations.reporting import make_office


@pytest.fixture
def office(app):
    with unit_of_work():
        return make_office()


@pytest.fixture
def province(office):
    with unit_of_work():
        return make_office(level="province", tree=office.tree)


def some_case(office, **values):
    with unit_of_work():
        case = make_case(office.organisation, office.round_, owner=values.pop("owner", office.investigator), **values)
        retime(case)
    return case


def tie(person, case):
    """Declare without what follows, as where ties were known before the case was."""
    with unit_of_work():
        person.relations.append(Relation(kind="kin", value=case.records[0].record.student_no))


def ask(case, person, reason="经办人与复核员均与学生家长相识"):
    with unit_of_work():
        return refer_above(case, reason=reason, actor=actor_of(person))


def test_who_is_asked_hears_and_the_case_stays_with_its_clock_until_they_take_it(office, province):
    case = some_case(office, state="investigating")
    due = case.due_at
    referral = ask(case, office.investigator)
    assert (case.organisation, case.owner, case.due_at) == (office.organisation, office.investigator, due)
    told = {row.person_id for row in db.session.query(Message).filter_by(kind="case_referred")}
    assert told == {province.supervisor.id, office.superior_officer.id}
    assert count_waiting(actor_of(province.investigator)) == 1
    with unit_of_work():
        take_over(case, reason="同意提级", actor=actor_of(province.supervisor), to=province.investigator)
    assert (referral.outcome, case.owner, case.due_at) == ("taken_over", province.investigator, due)
    assert count_waiting(actor_of(province.supervisor)) == 0
    bodies = {row.organisation_id for row in db.session.query(JournalEntry).filter_by(action="referral:ask")}
    assert bodies == {province.organisation.id}


def test_given_back_the_case_stays_who_asked_hears_why_and_it_is_answered_once(office, province):
    case = some_case(office, state="investigating")
    referral = ask(case, office.supervisor)
    for person, reason, error in (
        (province.supervisor, " ", Invalid),
        (office.supervisor, "x", Forbidden),
        (office.discipline_officer, "x", NotFound),
    ):
        with pytest.raises(error), unit_of_work():
            give_back(referral, reason=reason, actor=actor_of(person))
        db.session.rollback()
    with unit_of_work():
        give_back(referral, reason="本校另有核查员", actor=actor_of(province.supervisor))
    with pytest.raises(Conflict), unit_of_work():
        give_back(referral, reason="再次", actor=actor_of(province.supervisor))
    db.session.rollback()
    assert (case.organisation, case.owner, referral.outcome) == (office.organisation, office.investigator, "given_back")
    assert case.moves[-1].words == "本校另有核查员"
    told = {row.person_id for row in db.session.query(Message).filter_by(kind="referral_given_back")}
    assert told == {office.supervisor.id, office.investigator.id}


NOT_ASKED = (
    # state, who, reason, the refusal
    ("investigating", "investigator", " ", Invalid),
    ("accepted", "supervisor", "x", Conflict),
    ("filed", "supervisor", "x", Conflict),
    ("investigating", "party_leader", "x", Forbidden),
    ("investigating", "colleague", "x", Forbidden),
    ("investigating", "stranger", "x", NotFound),
)


def test_what_may_not_be_asked_leaves_nothing_behind(office, province):
    with unit_of_work():
        people = {
            "colleague": make_person("investigator", office.organisation),
            "stranger": make_person("investigator", make_office().organisation),
        }
    for state, who, reason, error in NOT_ASKED:
        case = some_case(office, state=state)
        with pytest.raises(error):
            ask(case, people.get(who) or getattr(office, who), reason)
        db.session.rollback()
        assert db.session.query(Referral).count() == 0
    case = some_case(office)
    ask(case, office.investigator)
    with pytest.raises(Conflict, match="已请上级办理"):
        ask(case, office.supervisor)
    db.session.rollback()
    nobody = some_case(province)
    with unit_of_work():
        province.superior_officer.active = False
    with pytest.raises(Conflict, match="没有可以受理的人员"):
        refer_above(nobody, reason="x", actor=actor_of(province.supervisor))


SITUATIONS = (
    # state, owned by, with a tie to the case; what the detector says, who was told, how many wait above
    ("flagged", None, (), None, 0),
    ("flagged", None, ("investigator",), ("all_conflicted", "supervisor"), 0),
    ("flagged", None, ("investigator", "supervisor"), ("all_conflicted", "level_above"), 1),
    ("investigating", "investigator", ("supervisor",), None, 0),
    ("investigating", "investigator", ("investigator",), ("all_conflicted", "supervisor"), 0),
    ("investigating", "investigator", ("investigator", "supervisor"), ("all_conflicted", "level_above"), 1),
    ("corrected", "investigator", ("supervisor",), ("all_conflicted", "level_above"), 1),
    ("corrected", "investigator", ("investigator",), None, 0),
    ("corrected", "supervisor", (), ("all_conflicted", "supervisor"), 0),
)


def test_the_detector_knows_declared_ties_and_asks_the_level_above_when_nobody_is_free(office, province):
    for state, owner, tied, expected, waits in SITUATIONS:
        case = some_case(office, state=state, owner=owner and getattr(office, owner))
        for name in tied:
            tie(getattr(office, name), case)
        with unit_of_work():
            found = [(row.reason.code, row.told_role) for row in orphans(office.round_) if row.case is case]
        assert found == ([expected] if expected else []), (state, owner, tied)
        assert db.session.query(Referral).filter_by(case_id=case.id, ended_at=None).count() == waits, (
            state,
            owner,
            tied,
        )
        with unit_of_work():
            case.state = "merged"  # out of the way of the next row


def test_an_offer_is_made_once_lapses_when_somebody_is_free_and_goes_further_up_when_given_back(office, province):
    case = some_case(office, owner=None)
    with unit_of_work():
        minister = make_person("supervisor", office.tree.ministry)
        for person in (office.investigator, office.supervisor):
            declare_tie(person, kind="kin", value=case.records[0].record.student_no, actor=actor_of(person))
    assert everybody_barred(case)
    with unit_of_work():
        first, again = review_offer(case), review_offer(case)
    assert first is again
    with unit_of_work():
        give_back(first, reason="请再上报", actor=actor_of(province.supervisor))
        second = review_offer(case)
    assert (second.asked_of, count_waiting(actor_of(minister))) == (office.tree.ministry, 1)
    with unit_of_work():
        row = db.session.query(Relation).filter_by(person_id=office.supervisor.id).one()
        withdraw_tie(row, reason="填错了", actor=actor_of(office.supervisor))
        assert review_offer(case) is None
    assert second.outcome == "lapsed"
    by_hand = ask(case, office.supervisor)
    with unit_of_work():
        assert review_offer(case) is by_hand


def test_nobody_takes_over_or_checks_a_case_to_which_they_are_tied(office, province):
    case = some_case(office)
    tie(province.supervisor, case)
    with pytest.raises(Conflict, match="近亲属"), unit_of_work():
        take_over(case, reason="x", actor=actor_of(province.supervisor))
    db.session.rollback()
    concluded = some_case(office, state="accepted")
    tie(province.supervisor, concluded)
    with unit_of_work():
        check = draw_spot_check(
            organisation=province.organisation, round_=office.round_, size=1, actor=actor_of(province.supervisor)
        )
    with pytest.raises(Conflict, match="近亲属"), unit_of_work():
        decide_spot_check(check.members[0], concluded, outcome="agrees", actor=actor_of(province.supervisor))
    db.session.rollback()
    assert check.members[0].outcome == ""


def taken(office, province, **values):
    case = some_case(office, **values)
    with unit_of_work():
        take_over(case, reason="涉及面较广", actor=actor_of(province.supervisor), to=province.investigator)
    return case


def test_a_case_taken_over_is_handed_back_with_a_reason_and_both_sides_and_both_chains_know(office, province):
    case = taken(office, province, state="investigating")
    due = case.due_at
    heads = {each.id: list(journal.head(each.id)) for each in (office.organisation, province.organisation)}
    with unit_of_work():
        return_below(case, reason="查清后由学校续办", actor=actor_of(province.supervisor))
    assert (case.organisation, case.owner, case.state, case.due_at) == (
        office.organisation,
        None,
        "investigating",
        due,
    )
    assert (case.moves[-1].action, case.moves[-1].words) == ("return_below", "查清后由学校续办")
    assert get_case(case.number, actor_of(office.supervisor)) is case
    entries = {row.organisation_id: row for row in db.session.query(JournalEntry).filter_by(action="case:return_below")}
    assert entries[office.organisation.id].facts["head_there"] == heads[province.organisation.id]
    assert entries[province.organisation.id].facts["head_there"] == heads[office.organisation.id]
    assert not any("续办" in str(row.facts) for row in entries.values())
    told = {row.person_id for row in db.session.query(Message).filter_by(kind="case_returned_below")}
    assert told == {office.supervisor.id, province.supervisor.id, province.investigator.id, office.superior_officer.id}
    with pytest.raises(Conflict) as once:
        return_below(case, reason="再次", actor=actor_of(province.supervisor))
    db.session.rollback()
    assert once.value.code == "not_taken_over"
    with unit_of_work():
        take_over(case, reason="再次提级", actor=actor_of(province.supervisor))
        assert may_return_below(case, actor_of(province.supervisor))
        assert not may_return_below(case, actor_of(office.supervisor))


def test_what_may_not_be_handed_back_stays_where_it_is(office, province):
    case, never = taken(office, province, state="investigating"), some_case(province, state="investigating")
    with unit_of_work():
        ministry = make_person("supervisor", office.tree.ministry)
    refused = (
        # which case, who, the reason, how the case stands, the refusal
        (case, province.supervisor, " ", {}, Invalid, None),
        (never, province.supervisor, "x", {}, Conflict, "not_taken_over"),
        (case, ministry, "x", {}, Forbidden, None),
        (case, office.supervisor, "x", {}, NotFound, None),
        (case, province.party_leader, "x", {}, Forbidden, None),
        (case, province.supervisor, "x", {"state": "filed"}, Conflict, "case_concluded"),
        (case, province.supervisor, "x", {"concerns_id": office.organisation.id}, Conflict, "concerns_itself"),
    )
    for which, who, reason, stands, error, code in refused:
        for name, value in stands.items():
            setattr(which, name, value)
        with pytest.raises(error) as met:
            return_below(which, reason=reason, actor=actor_of(who))
        assert code in {None, met.value.code}
        db.session.rollback()
        assert which.organisation_id == province.organisation.id
    for person in (office.investigator, office.supervisor):
        tie(person, case)
    with pytest.raises(Conflict) as barred:
        return_below(case, reason="x", actor=actor_of(province.supervisor))
    assert barred.value.code == "all_barred"
    db.session.rollback()
    assert db.session.query(JournalEntry).filter_by(action="case:return_below").count() == 0
    assert db.session.query(Message).filter_by(kind="case_returned_below").count() == 0
