"""What concluded cases rest on is compared with every later import; each difference is a question in some case."""

import pytest
from sqlalchemy import select, update

from casework.cases.drifts import Drift, RecordSeal
from casework.cases.models import Case, Move
from casework.cases.sealed_fields import digest_of
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.filing.whole_seals import seal_faults
from casework.intake.models import Batch
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.advance import advance
from casework.operations.follow_drift import follow_drifts
from casework.operations.seal_case import seal_unsealed
from casework.operations.watch_drift import watch_drift
from tests.casework.factories import add_correction
from tests.casework.operations.drifting import (
    LATER,
    case,
    concluded,
    drifts,
    later,
    logged,
    record,
    registered,
    seals,
)
from tests.casework.sample_university import get, graduate, hand_in, open_university, organisation, registration, round_
from tests.support.statements import statements_of
from workflows.access import SYSTEM


@pytest.fixture(autouse=True)
def _university(app, settings, tmp_path):
    open_university()
    registered(tmp_path, settings, 1, 2, 3)


OTHER = {"毕业去向类别代码": "70", "单位名称": "", "统一社会信用代码": "", "签约日期": ""}
NOW = [
    ("another destination", {"毕业去向类别代码": "11"}, ["destination_code"]),
    (
        "another employer",
        {"统一社会信用代码": "91420100MYF4JFTD0H", "单位名称": "另一家有限公司"},
        ["credit_code", "employer_name"],
    ),
    ("another date", {"签约日期": "2024-08-19"}, ["signing_date"]),
    ("nothing left", OTHER, ["destination_code", "credit_code", "employer_name", "signing_date"]),
    ("another spelling of the employer", {"单位名称": "岭川样本科技有限责任公司"}, []),
    ("another telephone", {"手机号": "13912345678"}, []),
    ("the code dropped, the name kept", {"统一社会信用代码": ""}, []),
]


def test_a_later_export_reopens_a_concluded_case_exactly_where_a_sealed_field_differs(settings, tmp_path):
    seen = []
    for place, (what, values, fields) in enumerate(NOW):
        registered(tmp_path, settings, 100 + place)
        number = concluded(100 + place, state="accepted")
        counts = later(tmp_path, settings, graduate(100 + place, **values), name=f"{place}.csv")
        found = [drift for drift in drifts() if drift.case.number == number]
        seen.append((what, [each["field"] for drift in found for each in drift.changes]))
        assert counts["drifts"] == bool(fields), what
        assert case(number).state == ("investigating" if fields else "corrected"), what
        assert (case(number).accepted_at is None) == bool(fields), what
        assert all((drift.asks_id, drift.state) == (drift.case_id, "reopened") for drift in found)
    assert seen == [(what, fields) for what, _, fields in NOW]


def test_a_drift_says_old_and_new_and_who_and_when_and_is_told_once(settings, tmp_path):
    number = concluded(1, state="accepted")
    logged(tmp_path, settings, (1, "10", "10", "F0001", "辅导员", "2024-07-01 08:00:00", ""))
    later(tmp_path, settings, graduate(1, 毕业去向类别代码="11"))
    (drift,) = drifts()
    assert drift.changes == [{"field": "destination_code", "old": "10", "new": "11"}]
    assert (drift.operator, drift.state_before) == ("", "corrected")
    logged(tmp_path, settings, (1, "10", "11", "F0154", "辅导员", LATER, ""), name="newer.csv")
    (drift,) = drifts()
    assert (drift.operator, drift.operator_role) == ("F0154", "辅导员")
    assert drift.changed_at.isoformat() == "2024-08-20T02:12:00+00:00"
    told = db.session.scalars(select(Message).filter_by(kind="case_drifted")).all()
    heard = {message.person_id for message in told}
    assert case(number).owner_id in heard
    assert len(heard) > 1
    line = db.session.scalars(select(Move).filter_by(case_id=case(number).id, action="drift")).one()
    assert "毕业去向类别 10 → 11" in line.words
    entry = db.session.scalars(select(JournalEntry).filter_by(action="case:drift")).one()
    assert entry.facts["drifts"] == [drift.ref]
    assert "2020221" not in str(entry.facts)


def test_the_same_file_twice_and_the_comparison_twice_ask_nothing_twice(settings, tmp_path):
    concluded(1, 2, kind="employer", state="filed")
    changed = [graduate(1, 毕业去向类别代码="11"), graduate(2)]
    ref = hand_in(registration(tmp_path, *changed, name="a.csv"), settings)
    before = db.session.query(Case).count()
    with unit_of_work():
        assert watch_drift(get(ref)) == 0
    assert (
        later(tmp_path, settings, graduate(1, 毕业去向类别代码="11", 手机号="13912345678"), name="b.csv")["drifts"] == 0
    )
    assert len(drifts()) == 1
    assert db.session.query(Case).count() == before
    assert later(tmp_path, settings, graduate(1, 毕业去向类别代码="12"), name="c.csv")["drifts"] == 1


def test_a_signed_or_filed_case_about_many_stays_and_a_case_beside_it_asks(settings, tmp_path):
    number = concluded(1, 2, kind="employer", state="filed")
    later(tmp_path, settings, graduate(1, **OTHER))
    assert case(number).state == "filed"
    (drift,) = drifts()
    assert (drift.asks.kind, drift.asks.origin, drift.asks.state, drift.state) == ("record", "drift", "flagged", "open")
    assert drift.asks.subject_key == record(1).student_no
    assert [seal.lifted_at for seal in seals(number)] == [None, None]


def test_a_filed_case_about_one_registration_is_reopened(settings, tmp_path):
    number = concluded(1, state="filed")
    later(tmp_path, settings, graduate(1, **OTHER))
    assert case(number).state == "investigating"
    assert drifts()[0].state_before == "filed"


def test_a_case_that_was_reopened_since_the_comparison_began_asks_at_once_and_the_others_go_on(settings, tmp_path):
    reopened, other = concluded(1), concluded(2)
    with unit_of_work():
        found = [
            Drift(
                organisation_id=organisation().id,
                round_id=round_().id,
                seal=seals(number)[0],
                case=case(number),
                asks=case(number),
                record=seals(number)[0].record,
                state_before="corrected",
                source="changes",
                changes=[{"field": "destination_code", "old": "10", "new": "70"}],
            )
            for number in (reopened, other)
        ]
        advance(case(reopened), "reopen", actor=SYSTEM, reason="新的反映", event="new_lead")
        db.session.add_all(found)
        follow_drifts(found)
    told = [[move.action for move in case(number).moves][-2:] for number in (reopened, other)]
    assert told == [["reopen", "drift"], ["drift", "reopen"]]
    assert [(drift.asks.number, drift.state) for drift in drifts()] == [(reopened, "reopened"), (other, "reopened")]


def test_what_a_known_question_does_not_ask_joins_it_while_it_is_worked_and_is_a_new_one_afterwards(settings, tmp_path):
    number = concluded(1, 2, kind="employer", state="filed")
    elsewhere, dated = {"毕业去向类别代码": "11"}, {"毕业去向类别代码": "11", "签约日期": "2024-08-19"}
    assert later(tmp_path, settings, graduate(1, **elsewhere), name="a.csv")["drifts"] == 1
    assert later(tmp_path, settings, graduate(1, **dated), name="b.csv")["drifts"] == 0
    (drift,) = drifts()
    assert [each["field"] for each in drift.changes] == ["destination_code", "signing_date"]
    told = [move.params["fields"] for move in drift.asks.moves if move.action == "drift"]
    assert told == [["destination_code"], ["signing_date"]]
    beside = drift.asks.number
    with unit_of_work():
        case(beside).state = "corrected"
    moved = {"统一社会信用代码": "91420100MYF4JFTD0H", "单位名称": "另一家有限公司"}
    later(tmp_path, settings, graduate(1, **dated, **moved), name="c.csv")
    (known, new) = [each for each in drifts() if each.case.number == number]
    assert [each["field"] for each in known.changes] == ["destination_code", "signing_date"], (
        "it was answered as it was"
    )
    assert [each["field"] for each in new.changes] == ["credit_code", "employer_name"]
    assert (new.asks.number, case(beside).state) == (beside, "investigating")


ENTRIES = [
    ("changed and changed back", [("10", "70", LATER), ("70", "10", "2024-08-21 09:00:00")], 1),
    ("before the seal", [("10", "70", "2024-07-20 09:00:00")], 0),
    ("to what is sealed", [("70", "10", LATER)], 0),
]


def test_the_change_log_shows_what_no_export_shows(settings, tmp_path):
    for place, (what, entries, expected) in enumerate(ENTRIES):
        registered(tmp_path, settings, 200 + place)
        concluded(200 + place)
        rows = [(200 + place, old, new, "F0154", "辅导员", at, "") for old, new, at in entries]
        assert logged(tmp_path, settings, *rows, name=f"log{place}.csv")["drifts"] == expected, what
    (drift,) = drifts()
    assert (drift.source, drift.changes[0]["new"], drift.operator) == ("changes", "70", "F0154")


def test_the_account_of_a_graduate_is_their_number_and_is_not_kept(settings, tmp_path):
    concluded(1)
    logged(tmp_path, settings, (1, "10", "70", "S202022110001", "学生本人", LATER, ""))
    assert (drifts()[0].operator, drifts()[0].operator_role) == ("", "学生本人")


def test_a_correction_that_waits_for_the_national_system_is_no_drift_until_the_value_goes_elsewhere(settings, tmp_path):
    number = concluded(1)
    with unit_of_work():
        db.session.execute(update(RecordSeal).values(lifted_at=case(number).opened_at))
        add_correction(case(number), by=case(number).owner, old="10", new="70")
        db.session.flush()
        seal_unsealed(organisation_id=organisation().id, round_id=round_().id)
    waiting = seals(number)[-1]
    assert (waiting.values["destination_code"], waiting.waiting) == ("70", {"destination_code": "10"})
    assert later(tmp_path, settings, graduate(1, 手机号="13912345678"), name="a.csv")["drifts"] == 0
    assert later(tmp_path, settings, graduate(1, **OTHER), name="b.csv")["drifts"] == 0, "employer and date go with it"
    assert seals(number)[-1].waiting == {}
    assert list(seal_faults()) == [], "each seal that stands is in the journal"
    assert later(tmp_path, settings, graduate(1), name="c.csv")["drifts"] == 1, "back to what was put right"


def test_a_seal_that_somebody_wrote_into_no_longer_fits_its_hash(settings, tmp_path):
    number = concluded(1)
    with unit_of_work():
        seal = seals(number)[0]
        seal.values = seal.values | {"destination_code": "11"}
    later(tmp_path, settings, graduate(1, 毕业去向类别代码="11"))
    assert [each["field"] for each in drifts()[0].changes] == ["seal"]


def another_value(seal):
    seal.values = seal.values | {"destination_code": "70"}


def another_value_and_its_hash(seal):
    another_value(seal)
    seal.digest = digest_of(seal.values, waiting=seal.waiting, case=seal.case.number, record=seal.record.ref)


def another_wait(seal):
    seal.waiting = {"destination_code": "70"}


def test_seals_that_an_import_makes_are_journalled_and_one_that_is_not_as_journalled_is_found(settings, tmp_path):
    number, other = concluded(1), concluded(2)
    with unit_of_work():
        db.session.query(RecordSeal).delete()
    later(tmp_path, settings, graduate(3, 手机号="13912345678"))
    assert list(seal_faults()) == []
    for change in (another_value, another_value_and_its_hash, another_wait, db.session.delete):
        change(seals(number)[0])
        db.session.flush()
        assert {fault.params["case"] for fault in seal_faults()} == {number}, change
        db.session.rollback()
    assert seals(other)[0].digest not in {seal.digest for seal in seals(number)}


def test_cases_concluded_before_there_were_seals_are_sealed_by_the_next_import_before_it_is_written(settings, tmp_path):
    number = concluded(1)
    with unit_of_work():
        db.session.query(RecordSeal).delete()
    assert later(tmp_path, settings, graduate(1, **OTHER))["drifts"] == 1
    assert case(number).state == "investigating"


def test_a_comparison_asks_the_database_as_often_for_many_seals_as_for_few(settings, tmp_path):
    asked = []
    for name, numbers in (("few", range(300, 303)), ("many", range(400, 440))):
        registered(tmp_path, settings, *numbers)
        concluded(*numbers, kind="employer", state="filed")
        ref = hand_in(
            registration(tmp_path, *(graduate(n, 薪酬="6500") for n in numbers), name=f"{name}.csv"), settings
        )
        with unit_of_work():
            db.session.execute(update(RecordSeal).values(revision_id=None))
        with unit_of_work():
            batch = get(ref)
            with statements_of() as made:
                assert watch_drift(batch) == 0
                db.session.flush()
        asked.append(len(made))
    assert asked[0] == asked[1]


def test_naming_the_hand_behind_questions_asks_the_database_as_often_for_many_as_for_few(settings, tmp_path):
    asked = []
    for name, numbers in (("few", range(300, 303)), ("many", range(400, 412))):
        registered(tmp_path, settings, *numbers)
        concluded(*numbers, kind="employer", state="filed")
        later(tmp_path, settings, *(graduate(n, 毕业去向类别代码="11") for n in numbers), name=f"{name}.csv")
        logged(
            tmp_path,
            settings,
            *((n, "10", "11", "F0154", "辅导员", LATER, "") for n in numbers),
            name=f"{name}_log.csv",
        )
        with unit_of_work():
            db.session.execute(update(Drift).values(changed_at=None, operator=""))
        with unit_of_work():
            batch = db.session.scalars(select(Batch).order_by(Batch.id.desc())).first()
            db.session.expunge_all()
            batch = db.session.get_one(Batch, batch.id)
            with statements_of() as made:
                assert watch_drift(batch) == 0
                db.session.flush()
        asked.append(len(made))
        assert {drift.operator for drift in drifts() if drift.record.student_no[-3:] == f"{numbers[0]}"} == {"F0154"}
    assert asked[0] == asked[1]
