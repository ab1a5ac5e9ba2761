"""Two persons, two slots, each in their own name with their own password; a signature happens once."""

from datetime import date, timedelta
from threading import Thread

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry
from casework.operations.patience import FREE
from casework.operations.record_mandate import record_both_offices, record_mandate, revoke_mandate
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.reports.models import Report
from tests.casework.factories import appoint, make_case
from tests.casework.operations.reporting import frozen, give_evidence, make_office, prepare, sign
from workflows.errors import Refused


@pytest.fixture
def office(app):
    office = make_office()
    prepare(office)
    return office


@pytest.fixture
def report(office, settings):
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return frozen(office, settings)


WRONG = (
    ("another name", {"typed_name": "康莹雷"}, Invalid, "姓名"),
    ("no name", {"typed_name": ""}, Invalid, "姓名"),
    ("wrong password", {"password": "wrong horse battery"}, Invalid, "密码"),
    ("another manifest seen", {"seen_hash": "0" * 64}, Refused, "不是同一份"),
    ("none seen", {"seen_hash": ""}, Refused, "不是同一份"),
)


@pytest.mark.parametrize(("changes", "error", "sentence"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_signature_that_is_not_really_given_is_refused_and_leaves_nothing(office, report, changes, error, sentence):
    with pytest.raises(error, match=sentence):
        sign(report, "party_leader", office.party_leader, **changes)
    assert (report.state, report.signatures) == ("frozen", [])


def test_a_name_typed_in_full_width_or_with_blanks_is_the_same_name(office, report):
    sign(report, "party_leader", office.party_leader, typed_name=" 何诚航 ")
    assert [row.typed_name for row in report.signatures] == ["何诚航"]


def test_wrong_passwords_make_the_signer_wait_though_nothing_else_of_the_attempt_stays(app, settings):
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        report_id = frozen(office, settings).id
    leader_id = office.party_leader.id

    def attempt(**changes):
        with unit_of_work():
            sign(
                db.session.get_one(Report, report_id), "party_leader", db.session.get_one(Person, leader_id), **changes
            )

    for _ in range(FREE + 1):
        with pytest.raises(Invalid, match="密码不正确"):
            attempt(password="wrong horse battery")
    with pytest.raises(Forbidden, match="以后再试"):
        attempt()
    assert db.session.get_one(Report, report_id).signatures == []
    noted = db.session.query(JournalEntry).filter_by(action="report:signature_refused").order_by(JournalEntry.seq)
    assert [row.facts["reasons"] for row in noted] == [["invalid"]] * (FREE + 1) + [["locked"]]
    with unit_of_work():
        db.session.get_one(Person, leader_id).proofs_wait_until = None
    attempt()
    assert len(db.session.get_one(Report, report_id).signatures) == 1


def test_a_fresh_second_factor_stands_for_the_password_but_a_wrong_password_is_wrong(office, report):
    for proved, password in ((False, ""), (True, "wrong horse battery")):
        with pytest.raises(Invalid, match="密码不正确"):
            sign(report, "party_leader", office.party_leader, password=password, proved=proved)
    assert report.signatures == []
    sign(report, "party_leader", office.party_leader, password="", proved=True)
    assert [row.slot for row in report.signatures] == ["party_leader"]


def test_evidence_that_is_gone_is_named_before_a_signature_is_given(office, settings):
    case = make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    stored = give_evidence(case, office, settings)
    report = frozen(office, settings)
    stored.unlink()
    with pytest.raises(Conflict, match=f"{stored.name} 不在存储中（涉及：{case.number}）"):
        sign(report, "party_leader", office.party_leader)
    assert (report.state, report.signatures) == ("frozen", [])


def test_each_office_signs_its_own_slot(office, report):
    with pytest.raises(Refused, match="不是本单位的"):
        sign(report, "admin_leader", office.party_leader)
    with pytest.raises(Refused, match="没有“dean”这个签字位"):
        sign(report, "dean", office.party_leader)
    assert report.signatures == []


@pytest.mark.parametrize(("who", "error"), [("supervisor", Forbidden), ("discipline_officer", NotFound)])
def test_who_holds_no_leading_office_may_not_sign(office, report, who, error):
    with pytest.raises(error):
        sign(report, "party_leader", getattr(office, who))


def test_the_owner_of_a_case_in_it_may_not_sign(office, settings):
    make_case(office.organisation, office.round_, state="accepted", owner=office.party_leader)
    report = frozen(office, settings)
    with pytest.raises(Refused, match="经办人"):
        sign(report, "party_leader", office.party_leader)
    assert report.signatures == []


def test_the_subject_of_a_case_in_it_may_not_sign(office, settings):
    case = make_case(office.organisation, office.round_, state="accepted", kind="conduct", records=[])
    case.subject_key, case.conclusion = office.admin_leader.ref, "unfounded"
    report = frozen(office, settings)
    with pytest.raises(Refused, match="本人"):
        sign(report, "admin_leader", office.admin_leader)
    assert report.signatures == []


def test_the_list_of_open_cases_is_confirmed_before_signing(office, settings):
    waiting = make_case(office.organisation, office.round_, state="flagged")
    report = frozen(office, settings, open_reasons={waiting.number: "等待复函"})
    with pytest.raises(Refused, match=waiting.number):
        sign(report, "party_leader", office.party_leader, open_cases_confirmed=False)
    assert report.signatures == []


def test_one_person_in_both_offices_signs_twice_only_with_the_appointment_on_file(office, report):
    both = office.party_leader
    appoint(both, "admin_leader", office.organisation)
    sign(report, "party_leader", both)
    with pytest.raises(Refused, match="一肩挑"):
        sign(report, "admin_leader", both)
    record_both_offices(
        organisation=office.organisation,
        person=both,
        document="岭大党〔2023〕5号",
        valid_from=date(2023, 1, 1),
        valid_to=clock.today(),
        actor=actor_of(office.supervisor),
    )
    done = sign(report, "admin_leader", both)
    assert (report.state, done.signature.document, done.signature.delegated) == ("signed", "岭大党〔2023〕5号", False)


def mandate(office, *, slot="party_leader", delegate=None, principal=None, until=None):
    return record_mandate(
        organisation=office.organisation,
        round_=office.round_,
        slot=slot,
        delegate=delegate or office.vice_leader,
        principal=principal or getattr(office, slot),
        valid_from=clock.today() - timedelta(days=60),
        valid_to=until or clock.today(),
        document="授权〔2024〕3号",
        reason="外出开会",
        actor=actor_of(office.supervisor),
    )


def test_a_delegate_signs_under_a_recorded_mandate_and_never_both_slots(office, report):
    with pytest.raises(Refused, match="授权"):
        sign(report, "party_leader", office.vice_leader)
    mandate(office)
    mandate(office, slot="admin_leader")
    done = sign(report, "party_leader", office.vice_leader)
    assert (done.signature.delegated, done.signature.document) == (True, "授权〔2024〕3号")
    with pytest.raises(Refused, match="代签人不能同时签两个签字位"):
        sign(report, "admin_leader", office.vice_leader)
    assert report.state == "frozen"


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_a_mandate_that_has_ended_is_none(office, report, end):
    past = clock.today() - timedelta(days=1)
    paper = mandate(office, until=past if end == "expired" else None)
    if end == "revoked":
        revoke_mandate(paper, actor=actor_of(office.supervisor))
    with pytest.raises(Refused, match="授权"):
        sign(report, "party_leader", office.vice_leader)
    assert report.signatures == []


def test_a_mandate_comes_from_the_office_holder_and_nobody_files_their_own(office):
    with pytest.raises(Invalid) as refused:
        mandate(office, delegate=office.supervisor, principal=office.admin_leader)
    assert set(refused.value.fields) == {"principal", "delegate"}


def test_signing_twice_changes_nothing_twice(office, report):
    sign(report, "party_leader", office.party_leader)
    with pytest.raises(Refused, match="已经签字"):
        sign(report, "party_leader", office.party_leader)
    sign(report, "admin_leader", office.admin_leader)
    moment = report.signed_at
    with pytest.raises(Refused):
        sign(report, "admin_leader", office.admin_leader)
    (case,) = [row.case for row in report.cases]
    assert [move.action for move in case.moves].count("sign_off") == 1
    assert (len(report.signatures), report.signed_at) == (2, moment)


def test_two_leaders_who_sign_at_the_same_moment_both_count_and_the_report_is_signed_once(app, settings):
    with unit_of_work():
        office = make_office()
        prepare(office)
        for _ in range(5):
            make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    with unit_of_work():
        report_id = frozen(office, settings).id
    faults = []

    def sign_alone(slot, person_id):
        with app.app_context():
            try:
                # both have read the report, unsigned, before either signs
                read = db.session.get_one(Report, report_id)
                assert read.signatures == []
                with unit_of_work():
                    sign(db.session.get_one(Report, report_id), slot, db.session.get_one(Person, person_id))
            except BaseException as fault:  # noqa: BLE001 - shown by the assertion in the main thread
                faults.append(fault)
            finally:
                db.session.remove()

    leaders = {"party_leader": office.party_leader.id, "admin_leader": office.admin_leader.id}
    db.session.rollback()
    threads = [Thread(target=sign_alone, args=pair) for pair in leaders.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    report = db.session.get_one(Report, report_id)
    assert faults == []
    assert (report.state, {row.slot for row in report.signatures}) == ("signed", set(leaders))
    assert {row.case.state for row in report.cases} == {"signed_off"}
    written = [
        entry.action for entry in db.session.query(JournalEntry).filter_by(organisation_id=office.organisation.id)
    ]
    assert (written.count("report:sign"), written.count("case:sign_off")) == (1, 5)
