import time

import pytest
from sqlalchemy import select

from casework.cases.models import Case, CaseLead
from casework.cases.queries import visible
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.intake.models import Employer, Record
from casework.leads.queries import get_lead
from casework.operations.open_from_lead import lock_to_open, open_from_lead
from casework.people.queries import lock_organisation
from tests.casework.factories import make_batch, make_case, make_person
from tests.casework.leads.bureau import CODE, FIRM, acting, bureau
from tests.support.together import together

__all__ = ["bureau"]


def opened(bureau, lead, kind, *, by=None, **given):
    return open_from_lead(lead, kind=kind, actor=acting(by or bureau.officer), **given)


OPENED = (
    ("record", {"records": 1}, ("medium", 1, "202001110210")),
    ("employer", {"code": CODE.lower()}, ("medium", 2, CODE)),
    ("unit", {"unit": "college:文学院"}, ("medium", 0, "college:文学院")),
    ("conduct", {"unit": "college:文学院", "violations": ["N2"]}, ("high", 0, "college:文学院")),
    ("conduct", {"unit": "counsellor:文学院/魏文凯", "violations": ["T2"]}, ("high", 0, "counsellor:魏文凯")),
)


def test_a_lead_opens_a_case_of_each_kind_and_is_linked_to_it(bureau):
    for kind, given, found in OPENED:
        lead = bureau.lead()
        case = opened(bureau, lead, kind, **given | ({"records": bureau.records[:1]} if "records" in given else {}))
        assert (case.origin, case.state, case.nature, case.number[:2]) == ("lead", "flagged", "contradiction", "LC")
        assert (case.severity, case.people_count, case.subject_key) == found
        assert (lead.state, lead.scope) == ("accepted", kind)
        link = db.session.scalars(select(CaseLead).filter_by(lead_id=lead.id)).one()
        assert (link.case_id, link.linked_by_id) == (case.id, bureau.officer.id)
        assert case.due_at is not None


def test_no_title_names_a_person(bureau):
    lead = bureau.lead()
    made = [
        opened(bureau, lead, "record", records=bureau.records[:1]),
        opened(bureau, lead, "employer", code=CODE),
        opened(bureau, lead, "conduct", unit="counsellor:文学院/魏文凯", violations=["T2"]),
    ]
    for case in made:
        words = case.title % case.title_params
        assert not [name for name in ("林清旺", "魏文凯", "202001110210") if name in words]
        assert "待核" in words
    assert FIRM in made[1].title % made[1].title_params


def test_an_employer_that_no_graduate_has_takes_a_code_that_can_be_real_or_one_of_the_register(bureau):
    registered, genuine = "123456789012345678", "91350100M000100Y43"
    batch = make_batch(bureau.tree.university, bureau.round_)
    db.session.add(Employer(round_id=bureau.round_.id, credit_code=registered, name=FIRM, batch_id=batch.id))
    for code, shown in ((registered, FIRM), (genuine, genuine)):
        case = opened(bureau, bureau.lead(), "employer", code=code)
        assert (case.subject_key, case.title_params) == (code, {"employer": shown, "people": 0})


def test_what_is_about_a_college_is_kept_from_its_people(bureau):
    inside = make_person("investigator", bureau.tree.college)
    case = opened(bureau, bureau.lead(), "conduct", unit="class:文学院/中文2001班", violations=["N1"])
    assert (case.college_id, case.concerns_id) == (bureau.tree.college.id, bureau.tree.college.id)
    from_record = opened(bureau, bureau.lead(), "record", records=bureau.records[:1])
    assert sees(inside, from_record)
    assert not sees(inside, case)
    assert sees(bureau.supervisor, case)


def sees(person, case):
    return db.session.scalars(visible(acting(person)).where(Case.id == case.id)).one_or_none() is not None


def test_one_matter_is_one_case_which_is_named(bureau):
    first = opened(bureau, bureau.lead(), "employer", code=CODE)
    with pytest.raises(Conflict) as refused:
        opened(bureau, bureau.lead(), "employer", code=CODE)
    assert (refused.value.code, refused.value.params["case"]) == ("case_exists", first.number)
    assert db.session.query(Case).count() == 1


def test_two_things_that_are_forbidden_are_two_matters_of_one_college(bureau):
    lead = bureau.lead()
    opened(bureau, lead, "conduct", unit="college:文学院", violations=["N1"])
    opened(bureau, lead, "conduct", unit="college:文学院", violations=["T1", "T2"])
    with pytest.raises(Conflict):
        opened(bureau, lead, "conduct", unit="college:文学院", violations=["T2"])
    assert db.session.query(Case).count() == 2


def test_a_case_of_a_sample_is_no_second_case(bureau):
    make_case(bureau.tree.university, bureau.round_, records=list(bureau.records[:1]), origin="sample")
    assert opened(bureau, bureau.lead(), "record", records=bureau.records[:1])


MISSING = (
    ("record", {}, "records"),
    ("employer", {"code": "91420117"}, "code"),
    ("employer", {"code": "123456789012345678"}, "code"),
    ("employer", {"code": CODE[:-1] + "U"}, "code"),
    ("unit", {"unit": "文学院"}, "unit"),
    ("unit", {"unit": "college:没有的学院"}, "unit"),
    ("conduct", {"unit": "college:文学院"}, "violations"),
    ("conduct", {"unit": "college:文学院", "violations": ["X9"]}, "violations"),
    ("other", {}, "kind"),
)


def test_what_is_missing_is_said_and_nothing_is_opened(bureau):
    lead = bureau.lead()
    for kind, given, field in MISSING:
        with pytest.raises(Invalid) as refused:
            opened(bureau, lead, kind, **given)
        assert list(refused.value.fields) == [field]
    assert (lead.state, db.session.query(Case).count()) == ("received", 0)


def test_the_university_itself_is_not_its_own_matter(bureau):
    with pytest.raises(Conflict) as refused:
        opened(bureau, bureau.lead(), "conduct", unit="university:岭川大学", violations=["T1"])
    assert refused.value.code == "about_handler"


def test_what_is_about_the_university_is_worked_one_level_up(bureau):
    lead = bureau.lead("全校摊派指标", concerns=bureau.tree.university)
    assert lead.organisation_id == bureau.tree.province.id
    for person in (bureau.officer, bureau.second):
        with pytest.raises(NotFound):
            opened(bureau, lead, "conduct", by=person, unit="university:岭川大学", violations=["T1"])
    case = opened(
        bureau, lead, "conduct", by=bureau.province_officer, unit="university:岭川大学", violations=["T1"],
        organisation=bureau.tree.university,
    )  # fmt: skip
    assert (case.organisation_id, case.concerns_id) == (bureau.tree.province.id, bureau.tree.university.id)
    assert not sees(bureau.supervisor, case)
    assert sees(bureau.province_supervisor, case)


def test_a_college_of_the_university_concerned_is_found_from_the_level_above(bureau):
    lead = bureau.lead(concerns=bureau.tree.university)
    case = opened(bureau, lead, "unit", by=bureau.province_officer, unit="college:文学院")
    assert (case.subject_key, case.title_params["unit"]) == ("college:岭川大学/文学院", "岭川大学文学院")
    assert case.concerns_id == bureau.tree.university.id


def test_nobody_else_opens_cases_from_leads(bureau):
    lead = bureau.lead()
    auditor = make_person("auditor", bureau.tree.university)
    stranger = make_person("lead_officer", bureau.sister)
    for person, error in ((auditor, (Forbidden, NotFound)), (stranger, NotFound)):
        with pytest.raises(error):
            opened(bureau, lead, "employer", by=person, code=CODE)
    assert db.session.query(Case).count() == 0


def test_an_import_and_somebody_who_opens_a_case_never_wait_for_each_other(app, bureau):
    """An import holds the organisation when it comes to the lead."""
    number, home = bureau.lead().number, bureau.tree.university.id
    officer, records = acting(bureau.officer), [record.id for record in bureau.records[:1]]
    db.session.commit()

    def imports():
        with unit_of_work():
            lock_organisation(home)
            time.sleep(0.2)
            get_lead(number, officer, lock=True)

    def opens():
        with unit_of_work():
            lead = lock_to_open(number, officer)
            time.sleep(0.2)
            of = [db.session.get_one(Record, each) for each in records]
            open_from_lead(lead, kind="record", actor=officer, records=of)

    assert together(app, [imports, opens]) == [None, None]
