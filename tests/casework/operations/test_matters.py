"""Findings of one matter make one case, whatever rules and levels they come from."""

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.facts import conflicted_ids
from casework.cases.models import Case
from casework.db import db
from casework.intake.models import Operator
from casework.operations.matters import college_name, headline, matters, unit_name
from casework.people.models import Relation
from tests.casework.factories import NOON, make_batch, make_person, make_run
from tests.casework.operations.bench import make_bench
from tests.casework.operations.finding import find, opened

FIRM, OTHER = "91420100MA1", "91420100MA2"
# Words that say what nobody has established yet.
VERDICTS = ("虚假", "造假", "作假", "违规", "作弊")


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def people(bench, how_many):
    return [bench.record(college=bench.tree.college) for _ in range(how_many)]


def about_firm(bench, records, *, rule="tiny_employer_cluster", key=FIRM, strength="s"):
    return find(bench, *records, rule=rule, level="employer", key=key, strength=strength)


def about_group(bench, records, *, key=f"group:{FIRM}"):
    return find(bench, *records, rule="linked_employers", level="group", key=key)


def told(bench):
    return [(case.kind, case.subject_key, len(case.findings)) for case in opened(bench).opened]


def test_what_several_rules_say_of_one_employer_is_one_case(bench):
    crowd = people(bench, 8)
    about_firm(bench, crowd[:6])
    about_firm(bench, crowd, rule="certificate_mill")
    about_firm(bench, crowd[:3], rule="employers_share_phone", strength="m")
    [case] = opened(bench).opened
    assert (case.kind, case.subject_key, case.people_count, len(case.findings)) == ("employer", FIRM, 8, 3)


# A firm's graduates, how many of them the group has too, and whether the firm goes into the group's case.
SHARES = [(6, 6, True), (6, 3, True), (6, 2, False), (1, 1, True), (6, 0, False)]


@pytest.mark.parametrize(("firm", "shared", "joins"), SHARES)
def test_a_firm_goes_into_its_group_when_half_of_its_graduates_are_there(firm, shared, joins, bench):
    crowd = people(bench, 20)
    about_group(bench, crowd[:10])
    about_firm(bench, crowd[10 - shared : 10 - shared + firm])
    group = ("employer", f"group:{FIRM}", 2 if joins else 1)
    assert told(bench) == sorted([group] if joins else [group, ("employer", FIRM, 1)], key=lambda case: case[1])


def test_a_group_found_later_joins_the_elder_case_of_its_firms(bench):
    crowd = people(bench, 12)
    about_firm(bench, crowd[:6])
    about_firm(bench, crowd[6:], key=OTHER)
    elder, younger = opened(bench).opened
    about_group(bench, crowd)
    done = opened(bench)
    assert (done.opened, done.extended) == ((), (elder,))
    assert (elder.people_count, younger.people_count) == (12, 6)


def test_a_firm_found_later_joins_the_case_of_its_group_though_the_group_is_named_otherwise(bench):
    crowd = people(bench, 12)
    about_group(bench, crowd)
    [case] = opened(bench).opened
    about_firm(bench, crowd[:6], key=OTHER)
    about_group(bench, [*crowd, *people(bench, 2)], key="group:91420100MA0")  # a firm more, with a smaller code
    done = opened(bench)
    assert (done.opened, done.extended) == ((), (case,))
    assert (len(case.findings), case.people_count) == (3, 14)


def test_a_firm_never_joins_the_case_of_another_firm_because_their_graduates_are_the_same(bench):
    crowd = people(bench, 6)
    about_firm(bench, crowd)
    opened(bench)
    about_firm(bench, crowd, key=OTHER)
    assert told(bench) == [("employer", OTHER, 1)]


def test_what_several_rules_say_of_one_unit_is_one_case_of_its_college(bench):
    crowd = people(bench, 9)
    find(bench, *crowd, rule="rate_flexible", level="unit", key="college:文学院", strength="m")
    find(bench, *crowd[:4], rule="rate_freelance", level="unit", key="college:文学院", strength="m")
    [case] = opened(bench).opened
    assert (case.kind, case.nature, case.people_count) == ("unit", "verification", 9)
    assert case.college_id == bench.tree.college.id


def test_the_case_of_a_unit_belongs_to_its_college_though_nobody_is_listed_in_it(bench):
    find(bench, rule="rate_flexible", level="unit", key="class:文学院/中文2001班", strength="m")
    find(bench, bench.record(), rule="rate_flexible", level="unit", key="university:岭川大学", strength="m")
    colleges = {case.subject_key: case.college_id for case in opened(bench).opened}
    assert colleges == {"class:文学院/中文2001班": bench.tree.college.id, "university:岭川大学": None}


def account(bench, code, *, name="", college=""):
    batch = make_batch(bench.tree.university, bench.round_)
    db.session.add(
        Operator(
            organisation_id=bench.tree.university.id, code=code, role="college", name=name, college=college,
            batch_id=batch.id,
        )
    )  # fmt: skip
    db.session.flush()


def test_whose_account_it_is_about_may_not_judge_it(bench):
    bench.colleague.relations.append(Relation(kind="operator", value="F0012"))
    namesake = make_person("investigator", bench.tree.university, name="周某某")
    account(bench, "F0012", name="周某某", college="文学院")
    find(bench, bench.record(), rule="entry_burst", level="operator", key="operator:F0012")
    [case] = opened(bench).opened
    assert (case.kind, case.college_id) == ("unit", bench.tree.college.id)
    assert conflicted_ids(case) == {bench.colleague.id, namesake.id}


def test_the_counsellor_whom_it_is_about_may_not_judge_it(bench):
    find(bench, rule="denial_rate", level="unit", key=f"counsellor:{bench.owner.name}")
    [case] = opened(bench).opened
    assert conflicted_ids(case) == {bench.owner.id}
    assert bench.owner.name not in case.title % case.title_params


TITLES = [
    ("record", None, "登记待核：单位查无"),
    ("employer", FIRM, "3名毕业生登记的单位待核：单位查无"),
    ("group", f"group:{FIRM}", "疑似相互关联的单位共登记3名毕业生，待核：单位查无"),
    ("unit", "major:外国语学院/英语/31", "外国语学院英语的3条登记待核：单位查无"),
    ("operator", "operator:F0012", "账号F0012经手的3条登记待核：单位查无"),
]


@pytest.mark.parametrize(("level", "key", "title"), TITLES)
def test_a_title_says_what_is_to_be_checked_and_accuses_nobody(level, key, title, bench):
    find(bench, *people(bench, 3), level=level, key=key)
    [matter] = matters(make_run(bench.tree.university, bench.round_))
    message, params = headline(matter)
    assert message % params == title
    assert not [word for word in VERDICTS if word in title]


def test_an_employer_is_named_where_a_finding_names_it(bench):
    find(bench, *people(bench, 2), level="employer", key=FIRM, observed={"employer_name": "岭川样本科技有限公司"})
    [matter] = matters(make_run(bench.tree.university, bench.round_))
    message, params = headline(matter)
    assert message % params == "2名毕业生登记在岭川样本科技有限公司，待核：单位查无"


UNITS = [
    ("college:外国语学院", "外国语学院", "外国语学院"),
    ("class:外国语学院/英语2001班", "外国语学院英语2001班", "外国语学院"),
    ("university:岭川大学", "岭川大学", ""),
    ("unit", "unit", ""),
]


@pytest.mark.parametrize(("key", "name", "college"), UNITS)
def test_a_unit_is_called_as_people_call_it(key, name, college):
    assert (unit_name(key), college_name(key)) == (name, college)


def test_suspicion_is_written_when_a_case_opens_and_when_it_grows(bench):
    [record] = people(bench, 1)
    find(bench, record, rule="proof_missing", strength="m")
    [case] = opened(bench).opened
    before = case.suspicion
    find(bench, record, rule="graduate_denies", output="C")
    opened(bench)
    assert before is not None
    assert case.suspicion > before
    assert db.session.scalar(select(Case.suspicion)) == case.suspicion
