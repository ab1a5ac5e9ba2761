"""After the filing: the report stays as it is, and what comes later is filed beside it or above it."""

import pytest

from casework.errors import Conflict
from casework.filing.queries import history_of
from casework.operations.freeze_report import freeze_report
from casework.operations.refuse_report import refuse_report
from casework.operations.return_filing import return_filing
from casework.people.actors import actor_of
from tests.casework.factories import make_case
from tests.casework.operations.reporting import (
    accepted,
    conclude_again,
    filed,
    frozen,
    give_receipt,
    make_office,
    prepare,
    reopen,
    sign,
    signed,
    states,
)


@pytest.fixture
def office(app):
    office = make_office()
    prepare(office)
    return office


def test_a_filed_report_never_changes(office, settings):
    (case,) = accepted(office)
    report = filed(office, settings)
    before = (report.manifest_hash, report.filed_at, len(report.documents))
    filing = history_of(report)[0]
    attempts = (
        lambda: return_filing(filing, reason="迟到的退回", actor=actor_of(office.discipline_officer)),
        lambda: freeze_report(report, open_reasons={}, actor=actor_of(office.supervisor), settings=settings),
        lambda: refuse_report(report, reason="不同意", actor=actor_of(office.admin_leader)),
        lambda: sign(report, "party_leader", office.party_leader),
        lambda: give_receipt(filing, office.discipline_officer, number="另一个编号"),
    )
    for attempt in attempts:
        with pytest.raises(Conflict, match="已备案"):
            attempt()
    reopen(case, office)
    assert (report.state, case.state) == ("filed", "investigating")
    assert (report.manifest_hash, report.filed_at, len(report.documents)) == before


def test_a_case_reopened_after_filing_goes_into_a_supplementary_report(office, settings):
    case, quiet = accepted(office, 2)
    first = filed(office, settings)
    reopen(case, office)
    conclude_again(case, office)
    later = frozen(office, settings)
    assert (later.number, later.supplementary, later.manifest["supplementary_to"]) == (2, True, "LC24-R1")
    assert [row.case.number for row in later.cases] == [case.number]
    sign(later, "party_leader", office.party_leader)
    sign(later, "admin_leader", office.admin_leader)
    assert (first.state, later.state, states([case, quiet])) == ("filed", "signed", ["signed_off", "filed"])


def test_a_supplementary_report_of_a_report_that_still_waits_for_receipts_takes_only_what_is_new(office, settings):
    accepted(office, 2)
    first = signed(office, settings)
    (late,) = accepted(office)
    later = frozen(office, settings)
    assert (first.state, later.number, [row.case.number for row in later.cases]) == ("signed", 2, [late.number])


def test_a_supplementary_report_without_a_case_is_refused(office, settings):
    accepted(office)
    filed(office, settings)
    with pytest.raises(Conflict, match="没有可列入的案件"):
        frozen(office, settings)


def test_a_province_cites_the_reports_of_its_universities_by_hash(office, settings):
    accepted(office)
    below = filed(office, settings)
    province = make_office(level="province", tree=office.tree)
    prepare(province)
    own = make_case(province.organisation, province.round_, state="accepted", owner=province.investigator)
    report = filed(province, settings)
    assert report.manifest["cites"] == [
        {"number": "LC24-R1", "organisation": "岭川大学", "manifest_hash": below.manifest_hash}
    ]
    assert (report.state, own.state) == ("filed", "filed")
    assert report.manifest["recipients"] == ["驻湖北省教育厅纪检监察组（演示）", "教育部门（演示）"]
