"""What the level above has cited is what it signs: a change below makes its unfiled report stale, by name."""

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.filing.queries import cites_of
from casework.notices.models import Message
from casework.operations.advance import advance
from casework.operations.return_filing import return_filing
from casework.operations.send_report import send_report
from casework.operations.stale_above import restate
from casework.operations.withdraw_filing import withdraw_filing
from casework.people.actors import actor_of
from casework.people.models import Organisation
from casework.reports.documents import seal_of
from casework.reports.queries import get_report, visible_reports
from casework.reports.render.report import report_docx
from casework.reports.snapshot import Snapshot, content_hashes
from tests.casework.factories import make_case, make_organisation
from tests.casework.operations import reporting
from tests.casework.operations.reporting import (
    delivered,
    drafted,
    filed,
    frozen,
    impatiently,
    make_office,
    prepare,
    sign,
    signed,
)
from workflows.access import SYSTEM
from workflows.errors import Refused


@pytest.fixture
def office(app):
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return office


@pytest.fixture
def province(office):
    with unit_of_work():
        province = make_office(level="province", tree=office.tree)
        prepare(province)
        make_case(province.organisation, province.round_, state="accepted", owner=province.investigator)
    return province


def returned(office, report, superior, settings):
    return_filing(superior, reason="附件缺页", actor=actor_of(office.superior_officer))


def withdrawn(office, report, superior, settings):
    withdraw_filing(report, reason="附件放错", actor=actor_of(office.supervisor))


def changed_inside(office, report, superior, settings):
    advance(report.cases[0].case, "reopen", actor=actor_of(office.supervisor), reason="来函更正")


def supplemented(office, report, superior, settings):
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    later = signed(office, settings)
    send_report(later, actor=actor_of(office.supervisor))


CHANGES = ((returned, "LC24-R1"), (withdrawn, "LC24-R1"), (changed_inside, "LC24-R1"), (supplemented, "LC24-R2"))


@pytest.mark.parametrize("row", CHANGES)
@pytest.mark.parametrize("how", [frozen, signed])
def test_a_change_below_makes_the_unfiled_report_above_stale_and_names_what_changed(
    office, province, settings, row, how
):
    change, named = row
    report, _, superior = delivered(office, settings)
    above = how(province, settings)
    (own,) = [row.case for row in above.cases]
    change(office, report, superior, settings)
    assert (above.state, above.stale_case, above.stale_field) == ("stale", named, "cites")
    assert (own.state, own.accepted_at is not None) == ("corrected", True)
    assert all(row.lapsed_at for row in above.signatures)
    heard = db.session.query(Message).filter_by(kind="report_below_changed", report_id=above.id).first()
    assert heard.params["cited"] == named
    again = frozen(province, settings)
    assert again.manifest["cites"] != [] if change is supplemented else again.manifest["cites"] == []


def test_a_change_goes_up_through_every_level_that_rests_on_it(office, province, settings):
    with unit_of_work():
        ministry = make_office(level="ministry", tree=office.tree)
        make_organisation("驻部纪检监察组（演示）", "discipline", office.tree.ministry)
        said = ministry.round_.settings
        signers, recipients = said["signatories"], said["recipients"]
        ministry.round_.settings = said | {
            "signatories": signers | {"ministry": signers["province"]},
            "recipients": recipients | {"ministry": ["discipline"]},
        }
        prepare(ministry)
        make_case(ministry.organisation, ministry.round_, state="accepted", owner=ministry.investigator)
    report, _, superior = delivered(office, settings)
    above, _, _ = delivered(province, settings)
    top = frozen(ministry, settings)
    assert [line["number"] for line in top.manifest["cites"]] == ["HB24-R1"]
    returned(office, report, superior, settings)
    assert (above.state, above.stale_case) == ("stale", "LC24-R1")
    assert (top.state, top.stale_case, top.stale_field) == ("stale", "HB24-R1", "cites")


def freezes(office, province, report, settings):
    frozen(province, settings)


def sends(office, province, report, settings):
    send_report(report, actor=actor_of(office.supervisor))


@pytest.mark.parametrize("step", [freezes, sends])
def test_whoever_freezes_and_whoever_sends_from_below_wait_for_each_other(office, province, settings, step):
    with unit_of_work():
        report = signed(office, settings)
        here = select(Organisation.id).filter_by(id=province.organisation.id)
    if db.engine.dialect.name == "postgresql":  # SQLite has one writer at a time
        with db.engine.connect() as elsewhere:
            elsewhere.execute(here.with_for_update(key_share=True))
            with pytest.raises(OperationalError):
                impatiently(step, office, province, report, settings)
            elsewhere.rollback()
    with unit_of_work():
        step(office, province, report, settings)


def test_what_is_cited_is_read_without_the_documents_of_the_level_below(office, province, settings):
    delivered(office, settings)
    db.session.commit()
    sent = []
    listen = lambda *given: sent.append(given[2])  # noqa: E731 - a listener that is taken off again
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        (line,) = cites_of(province.organisation, province.round_.id)
        get_report(db.session.scalars(visible_reports(actor_of(office.supervisor))).one().ref, SYSTEM)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert line["number"] == "LC24-R1"
    assert [each for each in sent if "reports.snapshot" in each or "reports.manifest," in each] == []


def test_a_filed_report_above_never_changes(office, province, settings):
    report, _, superior = delivered(office, settings)
    above = filed(province, settings)
    before = above.manifest_hash
    returned(office, report, superior, settings)
    assert (above.state, above.manifest_hash) == ("filed", before)


def test_what_was_signed_and_never_sent_is_not_cited(office, province, settings):
    signed(office, settings)
    assert frozen(province, settings).manifest["cites"] == []


def test_the_receipt_of_what_is_cited_changes_nothing(office, province, settings):
    _, discipline, superior = delivered(office, settings)
    above = frozen(province, settings)
    reporting.give_receipt(discipline, office.discipline_officer)
    reporting.give_receipt(superior, office.superior_officer)
    assert above.state == "frozen"


def test_another_province_is_not_touched(office, settings):
    with unit_of_work():
        elsewhere = make_office(level="province")
        prepare(elsewhere)
        make_case(elsewhere.organisation, elsewhere.round_, state="accepted", owner=elsewhere.investigator)
    report, _, superior = delivered(office, settings)
    other = frozen(elsewhere, settings)
    returned(office, report, superior, settings)
    assert other.state == "frozen"


def test_a_change_that_slipped_by_is_refused_at_the_last_signature(office, province, settings):
    report, _, _ = delivered(office, settings)
    above = frozen(province, settings)
    sign(above, "party_leader", province.party_leader)
    report.manifest_hash = "0" * 64  # as if the university's transaction had not seen the freeze
    db.session.flush()
    with pytest.raises(Refused, match="LC24-R1"):
        sign(above, "admin_leader", province.admin_leader)
    assert above.state == "frozen"
    assert drafted(province).state == "draft"


def test_the_document_names_what_it_rests_on_and_the_manifest_binds_it(office, province, settings):
    report, _, _ = delivered(office, settings)
    above = frozen(province, settings)
    snapshot = Snapshot.from_dict(above.snapshot)
    assert [vars(each) for each in snapshot.cites] == above.manifest["cites"]
    assert above.manifest["cites"][0]["manifest_hash"] == report.manifest_hash
    assert content_hashes(snapshot) == above.manifest["contents"]
    assert report_docx(snapshot, seal=seal_of(above.manifest, above.manifest_hash))
    own = Snapshot.from_dict(report.snapshot)
    assert own.cites == ()


def test_restating_what_still_holds_does_nothing(office, province, settings):
    delivered(office, settings)
    above = frozen(province, settings)
    assert restate(above, step=advance) is False
    assert above.state == "frozen"
