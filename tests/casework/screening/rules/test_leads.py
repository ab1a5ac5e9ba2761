import pytest

from casework.screening.engine import screen
from casework.screening.rules.leads import LEAD
from tests.casework.screening import kit
from tests.casework.screening.rules.small import COMPANY, OTHER, frames, record

LEVELS = [
    ({"student_no": "1"}, "record", "1", ("1",)),
    ({"student_no": "404"}, "record", "404", ()),
    ({"student_no": "1", "credit_code": COMPANY}, "record", "1", ("1",)),
    ({"credit_code": COMPANY}, "employer", COMPANY, ("1", "2")),
    ({"credit_code": COMPANY.lower()}, "employer", COMPANY, ("1", "2")),
    ({"credit_code": OTHER}, "employer", OTHER, ()),
    ({"unit": "外国语学院", "unit_level": "college"}, "unit", "college:外国语学院", ()),
    ({"unit": "岭川大学"}, "unit", "university:岭川大学", ()),
]


def _hits(*leads):
    rows = [
        {"ref": f"X{n}", "source": "网民留言", "received_on": kit._day("2024-07-05")} | lead
        for n, lead in enumerate(leads)
    ]
    return screen(frames(records=[record(1), record(2)], leads=rows), context=kit.CONTEXT, rules=[LEAD]).hits


@pytest.mark.parametrize(("named", "level", "subject", "people"), LEVELS)
def test_a_lead_is_about_what_it_names(named, level, subject, people):
    (hit,) = _hits(named)
    assert (hit.level, hit.subject_key, hit.student_nos, hit.output) == (level, subject, people, "C")


def test_nothing_of_the_report_itself_is_repeated():
    (hit,) = _hits({"student_no": "1"})
    assert hit.observed == {
        "ref": "X0",
        "source": "网民留言",
        "received_on": "2024-07-05",
        "problem": None,
        "not_registered": False,
    }


def test_a_number_that_is_not_in_the_data_is_told():
    (hit,) = _hits({"student_no": "404"})
    assert hit.observed["not_registered"]


@pytest.mark.parametrize(
    "named", [{}, {"unit": "  "}, {"student_no": ""}, {"student_no": "1", "received_on": kit._day("2024-09-02")}]
)
def test_who_names_nobody_or_comes_later_is_no_finding(named):
    assert _hits(named) == ()


def test_two_leads_about_one_graduate_are_two_findings():
    assert len({hit.fingerprint for hit in _hits({"student_no": "1"}, {"student_no": "1"})}) == 2
