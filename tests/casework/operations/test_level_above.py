"""What the level above and the discipline body do with cases: take over, spot-check, record what followed."""

from datetime import timedelta

import pytest

from casework import clock, journal
from casework.cases.oversight import Consequence, HandOver, SpotCheck
from casework.cases.queries import get_case, visible
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError, Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.advance import advance
from casework.operations.decide_spot_check import decide_spot_check
from casework.operations.draw_spot_check import draw_spot_check
from casework.operations.record_consequence import record_consequence, withdraw_consequence
from casework.operations.take_over import take_over
from casework.people.actors import actor_of
from casework.screening.drawing import draw, hash_of
from tests.casework.factories import make_case, make_person
from tests.casework.operations.reporting import filed, make_office, prepare
from workflows.errors import Refused


@pytest.fixture
def office(app):
    with unit_of_work():
        return make_office()


@pytest.fixture
def province(office):
    with unit_of_work():
        return make_office(level="province", tree=office.tree)


def some_case(office, **values):
    return make_case(office.organisation, office.round_, owner=values.pop("owner", office.investigator), **values)


def test_a_case_taken_over_is_worked_by_the_level_above_and_both_chains_name_the_others_head(office, province):
    with unit_of_work():
        case = some_case(office, state="investigating")
    heads = {each.id: list(journal.head(each.id)) for each in (office.organisation, province.organisation)}
    with unit_of_work():
        take_over(case, reason="涉及校领导", actor=actor_of(province.supervisor), to=province.investigator)
    assert (case.organisation_id, case.owner, case.state) == (
        province.organisation.id,
        province.investigator,
        "investigating",
    )
    entries = {row.organisation_id: row for row in db.session.query(JournalEntry).filter_by(action="case:take_over")}
    assert entries[office.organisation.id].facts["head_there"] == heads[province.organisation.id]
    assert entries[province.organisation.id].facts["head_there"] == heads[office.organisation.id]
    assert not any("校领导" in str(row.facts) for row in entries.values())
    assert case.number.startswith("LC24-")
    assert {row.person_id for row in db.session.query(Message).filter_by(kind="case_taken_over")} >= {
        office.supervisor.id,
        office.investigator.id,
    }


def test_the_university_reads_where_its_case_went_and_sees_no_more_of_it(office, province):
    with unit_of_work():
        case = some_case(office)
        take_over(case, reason="涉及校领导", actor=actor_of(province.investigator))
    assert case.owner is None
    with pytest.raises(NotFound, match="湖北省教育厅（演示）") as refused:
        get_case(case.number, actor_of(office.supervisor))
    assert refused.value.params["body"] == "湖北省教育厅（演示）" or "湖北省" in str(refused.value)
    assert db.session.scalars(visible(actor_of(office.supervisor))).all() == []
    assert get_case(case.number, actor_of(province.supervisor)) is case
    stranger = make_person("supervisor", make_office().organisation)
    with pytest.raises(NotFound) as unseen:
        get_case(case.number, actor_of(stranger))
    assert unseen.value.code != "taken_over"


def test_a_body_that_the_case_turned_out_to_be_about_does_not_learn_where_it_went(office, province):
    with unit_of_work():
        case = some_case(office)
        take_over(case, reason="涉及学校本身", actor=actor_of(province.investigator))
        case.concerns_id = office.organisation.id
    with pytest.raises(NotFound) as unseen:
        get_case(case.number, actor_of(office.supervisor))
    assert unseen.value.code != "taken_over"


NOT_TAKEN = (
    # state, who, reason, the refusal
    ("accepted", "superior", "x", Conflict),
    ("filed", "superior", "x", Conflict),
    ("flagged", "superior", " ", Invalid),
    ("flagged", "supervisor", "x", Forbidden),
    ("flagged", "discipline_officer", "x", NotFound),
)


@pytest.mark.parametrize("row", NOT_TAKEN)
def test_what_is_not_taken_over_stays_as_it_was(office, province, row):
    state, who, reason, error = row
    case = some_case(office, state=state)
    person = province.supervisor if who == "superior" else getattr(office, who)
    with pytest.raises(error):
        take_over(case, reason=reason, actor=actor_of(person))
    assert (case.organisation_id, db.session.query(HandOver).count()) == (office.organisation.id, 0)


def test_a_province_does_not_take_over_what_it_has_and_the_owner_must_be_able_to_own(office, province):
    with pytest.raises(Conflict, match="已由本单位办理"):
        take_over(some_case(province), reason="x", actor=actor_of(province.supervisor))
    with pytest.raises(CaseworkError, match="没有核查权限"):
        take_over(some_case(office), reason="x", actor=actor_of(province.supervisor), to=office.investigator)


def test_who_worked_on_a_case_does_not_accept_it_after_it_was_taken_over(office, province):
    case = some_case(office, state="investigating")
    take_over(case, reason="x", actor=actor_of(province.supervisor), to=province.supervisor)
    case.state = "corrected"
    with pytest.raises(Refused):
        advance(case, "accept", actor=actor_of(province.supervisor))


def drawn(office, province, *, size=2, seed="2024-抽查"):
    return draw_spot_check(
        organisation=province.organisation,
        round_=office.round_,
        size=size,
        actor=actor_of(province.supervisor),
        seed=seed,
    )


def test_a_spot_check_can_be_repeated_from_its_journal_and_draws_nobody_twice(office, province):
    with unit_of_work():
        cases = [some_case(office, state="accepted") for _ in range(4)]
        some_case(office, state="investigating")
        some_case(province, state="accepted")
        some_case(office, state="accepted", concerns_id=province.organisation.id)
        check = drawn(office, province)
    entry = db.session.query(JournalEntry).filter_by(action="spot_check:draw").one()
    numbers = [case.number for case in cases]
    again = draw([(number, "all") for number in numbers], {"all": 2}, seed=entry.facts["seed"])
    assert sorted(again) == entry.facts["cases"] == sorted(row.case.number for row in check.members)
    assert (entry.facts["population"], entry.facts["population_hash"]) == (4, hash_of(numbers))
    assert entry.organisation_id == province.organisation.id
    rest = drawn(office, province, seed=None)
    assert {row.case_id for row in rest.members}.isdisjoint({row.case_id for row in check.members})
    with pytest.raises(Invalid, match="没有可供抽查"):
        drawn(office, province, size=1)


@pytest.mark.parametrize(("size", "seed", "who"), [(0, None, ""), (9, None, ""), (1, "x" * 65, ""), (1, None, "in")])
def test_a_draw_that_is_refused_draws_nothing(office, province, size, seed, who):
    some_case(office, state="accepted")
    actor = actor_of(province.investigator if who else province.supervisor)
    with pytest.raises(Forbidden if who else Invalid):
        draw_spot_check(organisation=province.organisation, round_=office.round_, size=size, seed=seed, actor=actor)
    assert db.session.query(SpotCheck).count() == 0


@pytest.mark.parametrize("filing", [False, True])
def test_a_spot_check_that_disagrees_opens_the_case_again_with_its_reason(office, province, settings, filing):
    with unit_of_work():
        prepare(office)
        case = some_case(office, state="accepted")
        report = filed(office, settings) if filing else None
        (member,) = drawn(office, province, size=1).members
        decide_spot_check(member, case, outcome="disagrees", reason="单位否认录用", actor=actor_of(province.supervisor))
    assert (case.state, case.accepted_at, member.outcome) == ("investigating", None, "disagrees")
    assert report is None or report.state == "filed"
    assert {row.action for row in db.session.query(JournalEntry).filter_by(subject=case.number)} >= {
        "case:spot_check",
        "case:reopen",
    }
    with pytest.raises(Conflict, match="已经登记"):
        decide_spot_check(member, case, outcome="agrees", actor=actor_of(province.supervisor))


def test_a_spot_check_that_agrees_changes_nothing_and_its_own_workers_do_not_check(office, province):
    case = some_case(office, state="accepted", owner=province.supervisor)
    (member,) = drawn(office, province, size=1).members
    for who, outcome, error in (
        (province.supervisor, "agrees", Conflict),
        (make_person("supervisor", province.organisation), "perhaps", Invalid),
        (make_person("supervisor", province.organisation), "disagrees", Invalid),
        (office.supervisor, "agrees", Forbidden),
        (make_person("supervisor", office.tree.ministry), "agrees", Conflict),
    ):
        with pytest.raises(error):
            decide_spot_check(member, case, outcome=outcome, actor=actor_of(who))
        assert member.outcome == ""
    other = make_person("supervisor", province.organisation)
    decide_spot_check(member, case, outcome="agrees", actor=actor_of(other))
    assert (member.outcome, case.state, case.accepted_at is not None) == ("agrees", "corrected", True)


GIVEN = {"code": "C1", "decided_by": "湖北省教育厅", "document": "鄂教〔2024〕9号", "words": "核减计划"}


def established(office, **values):
    return some_case(office, **{"kind": "conduct", "state": "accepted", "conclusion": "rectified"} | values)


@pytest.mark.parametrize("who", ["discipline_officer", "superior_officer"])
def test_what_a_violation_led_to_is_recorded_beside_or_above_and_changes_no_case(office, who):
    with unit_of_work():
        case = established(office)
        before = case.version
        made = record_consequence(case, decided_on=clock.today(), actor=actor_of(getattr(office, who)), **GIVEN)
    assert (made.code, made.words, case.state) == ("C1", "核减计划", "corrected")
    assert case.version == before
    entry = db.session.query(JournalEntry).filter_by(action="case:consequence").one()
    assert (entry.facts["code"], entry.commitments.keys()) == ("C1", {"words", "document"})
    assert not any(typed in str(entry.facts) for typed in ("核减", "鄂教"))
    withdraw_consequence(made, case, reason="文号有误", actor=actor_of(getattr(office, who)))
    assert made.withdrawn_at is not None
    with pytest.raises(Conflict):
        withdraw_consequence(made, case, reason="再撤", actor=actor_of(getattr(office, who)))


NOT_RECORDED = (
    # the case, what is given, who, the refusal
    ({"kind": "record", "conclusion": "corrected"}, {}, "superior_officer", Conflict),
    ({"conclusion": "unfounded"}, {}, "superior_officer", Conflict),
    ({"state": "corrected"}, {}, "superior_officer", Conflict),
    ({"state": "investigating"}, {}, "superior_officer", Conflict),
    ({}, {"code": "C11"}, "superior_officer", Invalid),
    ({}, {"code": "C99"}, "superior_officer", Invalid),
    ({}, {"document": " "}, "superior_officer", Invalid),
    ({}, {"decided_by": ""}, "superior_officer", Invalid),
    ({}, {"days": 1}, "superior_officer", Invalid),
    ({}, {}, "supervisor", Forbidden),
    ({}, {}, "party_leader", Forbidden),
)


@pytest.mark.parametrize(("values", "given", "who", "error"), NOT_RECORDED)
def test_a_consequence_that_is_refused_leaves_nothing(office, values, given, who, error):
    case = established(office, **values)
    asked = GIVEN | given
    decided_on = clock.today() + timedelta(days=asked.pop("days", 0))
    with pytest.raises(error):
        record_consequence(case, decided_on=decided_on, actor=actor_of(getattr(office, who)), **asked)
    assert db.session.query(Consequence).count() == 0


def test_a_local_rule_counts_only_where_the_round_says_so(office):
    case = established(office)
    case.round.settings = case.round.settings | {"local_consequences": ["C11"]}
    actor = actor_of(office.superior_officer)
    assert record_consequence(case, decided_on=clock.today(), actor=actor, **GIVEN | {"code": "C11"}).code == "C11"
