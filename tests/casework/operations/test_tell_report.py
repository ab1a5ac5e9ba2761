"""Whatever is announced in the life of a report can be worded: a message that cannot ends dead, and nobody hears."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.notices.models import Message
from casework.notices.words import letter
from casework.operations.advance import advance
from casework.operations.go_stale import go_stale
from casework.operations.refuse_report import refuse_report
from casework.operations.return_filing import return_filing
from casework.people.actors import actor_of
from notifications.compose import LANGUAGES
from notifications.errors import ComposeRefused
from notifications.kinds import KINDS
from tests.casework.factories import make_case
from tests.casework.operations.reporting import delivered, frozen, give_receipt, make_office, prepare

BASE = "https://casework.example.edu.cn"
ANNOUNCED = {"report_to_sign", "report_signed", "report_stale", "report_refused", "filing_received", "filing_returned"}


@pytest.fixture
def office(app):
    return make_ready_office()


def make_ready_office():
    office = make_office()
    prepare(office)
    for _ in range(2):
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return office


def live(office, settings):
    """Let a report be refused, changed behind, returned and filed: everything that is ever announced about one."""
    refuse_report(frozen(office, settings), reason="原因分析不充分", actor=actor_of(office.admin_leader))
    report, _, superior = delivered(office, settings)
    return_filing(superior, reason="附件缺页", actor=actor_of(office.superior_officer))
    report, discipline, superior = delivered(office, settings)
    give_receipt(discipline, office.discipline_officer)
    case = db.session.scalars(select(Case).order_by(Case.id)).first()
    advance(case, "reopen", actor=actor_of(office.supervisor), reason="用人单位来函更正")
    go_stale(case, step=advance)
    return report


def worded(message, language):
    message.person.language, message.person.email = language, "somebody@example.edu.cn"
    return letter(message, base_url=BASE)


@pytest.mark.parametrize(("day", "due"), [(date(2024, 7, 24), "2024年8月5日"), (date(2025, 3, 3), "本单位确定的日期")])
def test_every_kind_that_is_announced_in_the_life_of_a_report_can_be_worded(app, settings, day, due):
    with clock.stopped_at(datetime.combine(day, time(10), clock.BEIJING)):
        report = live(make_ready_office(), settings)
    told = db.session.scalars(select(Message).filter_by(report_id=report.id)).all()
    assert {message.kind for message in told} == ANNOUNCED
    for message in told:
        for language in LANGUAGES:
            assert "LC24-R1" in worded(message, language).subject
        if "due" in KINDS[message.kind].parameters:
            assert due in worded(message, "zh").body


def test_an_office_is_named_by_its_code_and_its_printed_word_would_be_refused(office, settings):
    report = frozen(office, settings)
    told = db.session.scalars(select(Message).filter_by(report_id=report.id, kind="report_to_sign")).all()
    assert {message.params["role"] for message in told} == {"party_leader", "admin_leader"}
    assert "党委主要负责同志" in worded(told[0], "zh").body
    told[0].params = told[0].params | {"role": "党委主要负责同志"}
    with pytest.raises(ComposeRefused, match="role"):
        worded(told[0], "zh")


def test_a_leader_who_does_not_sign_is_not_told_as_a_case_that_changed(office, settings):
    report = frozen(office, settings)
    refuse_report(report, reason="原因分析不充分", actor=actor_of(office.admin_leader))
    kinds = set(db.session.scalars(select(Message.kind).filter_by(report_id=report.id)))
    assert kinds == {"report_to_sign", "report_refused"}
    message = db.session.scalars(select(Message).filter_by(report_id=report.id, kind="report_refused")).first()
    assert "原因分析不充分" not in worded(message, "zh").body, "the reason is read behind the link"
