"""The page on which a report is signed shows what the grade asks for: what to print, the upload, the confirmation."""

import io
import re

import pytest

from casework.doors.unit import unit_of_work
from casework.reports.models import Report, SignedPaper
from tests.casework.factories import PASSWORD, make_case
from tests.casework.operations.papers import page_of, picture, wants
from tests.casework.operations.reporting import frozen, make_office, prepare
from tests.casework.web.visitor import browser_of


@pytest.fixture
def town(app_with_doors, settings):
    with unit_of_work():
        office = make_office()
        prepare(office)
        wants(office, 2)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        path = f"/cosign/{frozen(office, settings).ref}"
    return office, path, lambda who: browser_of(app_with_doors, who)


def upload(content, **form):
    return {"slot": "party_leader", "file": (io.BytesIO(content), "签字页.png"), **form}


def test_a_clerk_uploads_the_scan_and_the_leader_confirms_it(town, settings):
    office, path, visit = town
    clerk, leader = visit(office.investigator), visit(office.party_leader)
    before = leader.get(path).text
    assert "下载签字页" in before
    assert 'name="password"' not in before  # there is nothing to confirm yet

    refused = clerk.post(f"{path}/papers", data=upload(b"no scan"))
    assert (refused.status_code, "内容不是 PDF" in refused.text) == (422, True)
    assert clerk.post(f"{path}/papers", data={"slot": "party_leader"}).status_code == 422

    report = Report.query.one()
    scan = picture(page_of(report, settings, office.party_leader))
    assert clerk.post(f"{path}/papers", data=upload(scan)).status_code == 303
    paper = SignedPaper.query.one()
    assert clerk.get(f"/files/papers/{path.rpartition('/')[2]}/{paper.ref}").data == scan
    assert clerk.get(f"/files/papers/{path.rpartition('/')[2]}/nothing").status_code == 404
    assert (
        visit(office.discipline_officer).get(f"/files/papers/{path.rpartition('/')[2]}/{paper.ref}").status_code == 404
    )

    page = leader.get(path).text
    form = {"agree": "yes", "slot": "party_leader", "typed_name": "何诚航", "password": PASSWORD}
    form |= {"seen_hash": report.manifest_hash}
    assert leader.post(path, data=form).status_code == 422  # without what they were shown
    form["paper-party_leader"] = re.search(r'name="paper-party_leader" value="([^"]+)"', page)[1]
    assert leader.post(path, data=form).status_code == 303
    assert [row.grade for row in Report.query.one().signatures] == [2]


def test_outside_a_demonstration_no_page_signs_with_a_key_of_ours(town):
    office, path, visit = town
    answer = visit(office.party_leader).post(f"{path}/demonstration", data={"slot": "party_leader"})
    assert (answer.status_code, "只有演示环境" in answer.text) == (409, True)
