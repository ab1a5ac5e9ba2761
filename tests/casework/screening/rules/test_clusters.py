import pytest

from casework.screening.engine import screen
from casework.screening.rules.clusters import TINY_EMPLOYER_CLUSTER
from tests.casework.screening import kit
from tests.casework.screening.rules.small import COMPANY, OTHER, THIRD, employer, frames, record


def _hits(graduates, *, elsewhere=0, register=True, **of_employer):
    """Screen `graduates` of college 甲 and `elsewhere` of 乙 at one employer, among 500 at a large one."""
    rows = [record(n, college="甲") for n in range(graduates)]
    rows += [record(50 + n, college="乙") for n in range(elsewhere)]
    rows += [record(100 + n, college="甲" if n < 25 else "乙", credit_code=OTHER) for n in range(500)]
    known = [employer(credit_code=OTHER, insured_headcount=9000)] + ([employer(**of_employer)] if register else [])
    given = frames(records=rows, employers=known)
    return screen(given, context=kit.CONTEXT, rules=[TINY_EMPLOYER_CLUSTER]).hits


@pytest.mark.parametrize(
    ("graduates", "insured", "found"),
    [
        (5, 3, True),
        (4, 2, False),  # too few to say anything
        (5, 9, True),  # 5 of 10: exactly half
        (5, 10, False),
        (6, 18, False),
        (9, 0, True),
        (12, 5200, False),
    ],
)
def test_concentration_counts_only_together_with_capacity(graduates, insured, found):
    assert bool(_hits(graduates, insured_headcount=insured)) is found


def test_a_small_employer_that_recruits_everywhere_is_not_concentrated():
    assert _hits(5, elsewhere=95, insured_headcount=3) == ()


@pytest.mark.parametrize(
    ("graduates", "nature", "found"), [(9, "39", False), (10, "39", True), (31, "23", False), (10, None, True)]
)
def test_an_unknown_headcount_asks_for_more_and_says_nothing_of_public_bodies(graduates, nature, found):
    assert bool(_hits(graduates, insured_headcount=None, nature_code=nature)) is found


@pytest.mark.parametrize(("graduates", "found"), [(9, False), (10, True)])
def test_an_employer_outside_the_register_has_an_unknown_headcount(graduates, found):
    assert bool(_hits(graduates, register=False)) is found


def test_one_finding_an_employer_carries_all_its_graduates():
    (hit,) = _hits(8, elsewhere=1, insured_headcount=3)
    assert hit.subject_key == COMPANY
    assert len(hit.student_nos) == 9
    assert (hit.observed["college"], hit.observed["of_college"], hit.observed["graduates"]) == ("甲", 8, 9)


def test_the_head_office_says_how_many_a_branch_can_take():
    branch = employer(name="甲集团有限公司武汉分公司", insured_headcount=0)
    rows = [record(n, employer_name="甲集团有限公司武汉分公司") for n in range(16)]
    rows += [record(100 + n, college="乙", credit_code=OTHER) for n in range(500)]
    known = [branch, employer(credit_code=OTHER, insured_headcount=9000)]
    for office in ([], [employer(credit_code=THIRD, name="甲集团有限公司", insured_headcount=3000)]):
        given = frames(records=rows, employers=known + office)
        assert screen(given, context=kit.CONTEXT, rules=[TINY_EMPLOYER_CLUSTER]).hits == ()
    small = employer(credit_code=THIRD, name="甲集团有限公司", insured_headcount=3)
    given = frames(records=rows, employers=[*known, small])
    (hit,) = screen(given, context=kit.CONTEXT, rules=[TINY_EMPLOYER_CLUSTER]).hits
    assert hit.observed["insured"] == 3


@pytest.mark.parametrize(("name", "found"), [("甲劳务派遣有限公司", False), ("甲人力资源服务有限公司", True)])
def test_who_is_dispatched_works_elsewhere(name, found):
    assert bool(_hits(8, insured_headcount=3, name=name)) is found


def test_codes_that_a_person_joined_are_one_employer():
    rows = [record(n, credit_code=COMPANY if n < 3 else OTHER) for n in range(6)]
    rows += [record(100 + n, college="乙", credit_code=THIRD) for n in range(500)]
    known = [
        employer(insured_headcount=2),
        employer(credit_code=OTHER, insured_headcount=2),
        employer(credit_code=THIRD, insured_headcount=9000),
    ]
    given = frames(records=rows, employers=known)
    assert screen(given, context=kit.CONTEXT, rules=[TINY_EMPLOYER_CLUSTER]).hits == ()
    joined = frames(records=rows, employers=known, aliases=[{"credit_code": COMPANY, "same_as": OTHER}])
    (hit,) = screen(joined, context=kit.CONTEXT, rules=[TINY_EMPLOYER_CLUSTER]).hits
    assert (hit.subject_key, hit.observed["graduates"], hit.observed["insured"]) == (OTHER, 6, 2)
