"""Audit samples: who can be drawn, what is opened, what the journal holds, and what is refused."""

import pytest
from sqlalchemy import func, select

from casework import clock, journal
from casework.cases.models import Case
from casework.cases.sample_population import expected_of, population_of
from casework.cases.sample_queries import get_sample, samples_of, visible_samples
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry
from casework.operations.draw_sample import draw_sample
from casework.people.actors import actor_of
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.drawing import draw, hash_of
from casework.screening.sampling import Design
from tests.casework.factories import NOON, make_person, make_tree
from tests.casework.operations.bench import make_bench
from tests.casework.operations.drawing import TEN, drawn, left_behind, settled
from tests.support.together import together
from workflows.access import SYSTEM


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def test_only_what_counts_as_settled_is_drawn_from_by_class_and_degree(bench):
    settled(bench, 4)
    settled(bench, 3, code="271")
    bench.record(destination_code="80", degree_level="11")
    bench.record(destination_code="80", degree_level="13")  # completed without a diploma: the same stage
    for unsettled in ("70", "71", "灵活", ""):
        bench.record(destination_code=unsettled, degree_level="31")
    found = population_of(bench.tree.university, bench.round_, minimum=2)
    assert sorted(found.members.values()) == ["11/bachelor"] * 4 + ["27/bachelor"] * 3 + ["80/master"] * 2
    assert (found.settled, found.left_out) == (9, 0)


def test_a_draw_opens_one_light_case_a_record(bench):
    settled(bench, 12)
    settled(bench, 8, code="76")
    done = drawn(bench)
    assert len(done.opened) == 10
    assert {
        (case.origin, case.nature, case.severity, case.kind, case.state, case.rule, case.owner) for case in done.opened
    } == {("sample", "verification", "low", "record", "flagged", "", None)}
    assert all(case.due_at is not None for case in done.opened)
    assert {len(case.records) for case in done.opened} == {1}
    assert {member.case_id for member in done.sample.members} == {case.id for case in done.opened}
    assert [(row["name"], row["size"], row["drawn"]) for row in done.sample.strata] == [
        ("11/bachelor", 12, 6),
        ("76/bachelor", 8, 4),
    ]


def test_the_journal_holds_the_seed_and_the_population_before_the_cases_and_the_draw_can_be_repeated(bench):
    records = settled(bench, 20)
    db.session.commit()
    with unit_of_work():
        sample = drawn(bench).sample
    entries = db.session.scalars(
        select(JournalEntry).filter_by(organisation_id=bench.tree.university.id).order_by(JournalEntry.seq)
    ).all()
    written = [entry for entry in entries if entry.action in {"sample:draw", "case:open"}]
    assert [entry.action for entry in written] == ["sample:draw"] + ["case:open"] * 10
    facts = written[0].facts
    assert (written[0].subject, facts["seed"], facts["seed_given"]) == (sample.ref, sample.seed, False)
    numbers = [record.student_no for record in records]
    assert facts["population_hash"] == hash_of(numbers) == sample.population_hash
    again = draw([(number, "11/bachelor") for number in numbers], {"11/bachelor": 10}, seed=facts["seed"])
    assert set(again) == {member.record.student_no for member in sample.members}
    assert not any(number in str(entry.facts) for entry in written for number in numbers)
    assert list(journal.verify(bench.tree.university.id)) == []


def test_every_draw_has_a_seed_of_its_own_unless_one_is_given(bench):
    settled(bench, 30)
    first = drawn(bench).sample
    second = drawn(bench, reason="第一次抽样后补录了数据").sample
    given = drawn(bench, reason="复现", seed="c0ffee").sample
    assert first.seed != second.seed
    assert len(first.seed) == 32
    assert (given.seed, given.design["seed_given"]) == ("c0ffee", True)


def test_a_record_with_a_case_in_work_is_left_out_or_joins_that_case(bench):
    worked, waiting = settled(bench, 2)
    accepted = settled(bench, 1)[0]
    bench.case(records=[worked], state="investigating")
    bench.case(records=[waiting], state="corrected")
    bench.case(records=[accepted], state="accepted")
    free = settled(bench, 3)
    organisation = bench.tree.university
    assert set(population_of(organisation, bench.round_).members) == {each.student_no for each in [accepted, *free]}
    done = drawn(bench, Design("size", size=6, minimum=0), whole=True)
    assert (len(done.sample.members), len(done.opened), done.joined) == (6, 4, 2)
    in_work = select(func.count()).select_from(Case).where(Case.subject_key == worked.student_no)
    assert db.session.scalar(in_work) == 1


def test_of_two_cases_in_work_the_one_about_the_record_alone_is_joined(bench):
    [record] = settled(bench, 1)
    many = bench.case(kind="employer", records=[record, *settled(bench, 2)])
    alone = bench.case(records=[record])
    done = drawn(bench, Design("size", size=3, minimum=0), whole=True)
    joined = {member.record_id: member.case_id for member in done.sample.members}
    assert joined.pop(record.id) == alone.id
    assert set(joined.values()) == {many.id}
    assert done.opened == ()


def test_a_second_draw_needs_a_reason_and_leaves_the_first_as_it_was(bench):
    settled(bench, 20)
    first = drawn(bench).sample
    before = (left_behind(), first.seed, [member.id for member in first.members])
    with pytest.raises(Conflict, match="已经抽过样"):
        drawn(bench)
    with pytest.raises(Conflict):
        drawn(bench, reason="  ")
    assert (left_behind(), first.seed, [member.id for member in first.members]) == before
    second = drawn(bench, reason="补录了数据").sample
    assert second.design["reason"] == "补录了数据"
    assert samples_of(first.organisation_id, first.round_id, purpose="audit") == [first, second]
    assert not {member.record_id for member in first.members} & {member.record_id for member in second.members}


def test_nobody_to_draw_is_a_sentence_and_leaves_nothing(bench):
    bench.record(destination_code="70", degree_level="31")
    before = left_behind()
    with pytest.raises(Invalid, match="没有可供抽样的登记"):
        drawn(bench)
    assert left_behind() == before


def test_a_seed_that_cannot_be_kept_is_refused(bench):
    settled(bench, 5)
    before = left_behind()
    with pytest.raises(Invalid, match="64"):
        drawn(bench, seed="x" * 65)
    assert left_behind() == before


REFUSED = [("owner", Forbidden), ("auditor", Forbidden), ("party_leader", Forbidden), ("stranger", NotFound)]


@pytest.mark.parametrize(("who", "error"), REFUSED)
def test_who_may_not_draw_leaves_nothing(bench, who, error):
    settled(bench, 5)
    person = {
        "owner": lambda: bench.owner,
        "stranger": lambda: make_person("supervisor", make_tree().university),
    }.get(who, lambda: make_person(who, bench.tree.university))()
    before = left_behind()
    with pytest.raises(error):
        drawn(bench, person=person)
    assert left_behind() == before


def test_the_province_draws_for_its_university(bench):
    settled(bench, 5)
    province = make_person("supervisor", bench.tree.province)
    done = drawn(bench, person=province)
    assert {case.organisation_id for case in done.opened} == {bench.tree.university.id}
    assert get_sample(done.sample.ref, actor_of(province)) is done.sample


SEES = [
    ("investigator", "university", True),
    ("auditor", "university", True),
    ("party_leader", "university", True),
    ("supervisor", "province", True),
    ("investigator", "college", False),
    ("discipline_officer", "discipline", False),
    ("administrator", "university", False),
]


@pytest.mark.parametrize(("role", "where", "sees"), SEES)
def test_a_sample_is_seen_by_whoever_may_read_every_case_of_the_organisation(bench, role, where, sees):
    settled(bench, 5)
    sample = drawn(bench).sample
    actor = actor_of(make_person(role, getattr(bench.tree, where)))
    assert list(db.session.scalars(visible_samples(actor))) == ([sample] if sees else [])
    if not sees:
        with pytest.raises(NotFound):
            get_sample(sample.ref, actor)


def test_earlier_outcomes_say_where_more_is_expected_to_be_wrong(bench):
    settled(bench, 30)
    settled(bench, 30, code="76")
    done = drawn(bench, Design("size", size=40, minimum=20))
    for member in done.sample.members:
        member.case.state = "corrected"
        member.case.conclusion = "corrected" if member.stratum.startswith("76") else "unfounded"
    db.session.flush()
    found = expected_of(bench.tree.university)
    assert found == pytest.approx({"11/bachelor": 1 / 40, "76/bachelor": 21 / 40})


def test_two_who_draw_at_once_draw_one_sample(app, bench):
    settled(bench, 12)
    ids = (bench.tree.university.id, bench.round_.id)
    db.session.commit()
    db.session.remove()

    def go():
        with unit_of_work() as session:
            organisation, round_ = session.get_one(Organisation, ids[0]), session.get_one(Round, ids[1])
            return len(draw_sample(organisation=organisation, round_=round_, design=TEN, actor=SYSTEM).opened)

    done = together(app, [go, go])
    assert [each for each in done if not isinstance(each, Conflict)] == [10]
    assert db.session.scalar(select(func.count()).select_from(Case)) == 10
