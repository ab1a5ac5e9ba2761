"""A report from the plan to the last receipt, and back when something changes."""

import pytest

from casework.cases.models import Case
from casework.db import db
from casework.errors import Conflict
from casework.filing.models import Filing
from casework.operations.advance import advance
from casework.operations.mark_stale import mark_stale
from casework.operations.return_filing import return_filing
from casework.people.actors import actor_of
from casework.reports.manifest import manifest_hash, verify_manifest
from tests.casework.factories import make_case
from tests.casework.operations.reporting import (
    delivered,
    drafted,
    filed,
    frozen,
    give_receipt,
    make_office,
    prepare,
    sign,
    signed,
)


@pytest.fixture
def office(app):
    office = make_office()
    prepare(office)
    return office


def accepted(office, number=1, **values):
    return [
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator, **values)
        for _ in range(number)
    ]


def states(cases):
    return [db.session.get(Case, case.id).state for case in cases]


def test_a_report_goes_from_draft_to_filed_and_its_cases_with_it(office, settings):
    cases = accepted(office, 3)
    report = frozen(office, settings)
    assert (report.state, states(cases)) == ("frozen", ["corrected"] * 3)
    sign(report, "admin_leader", office.admin_leader)
    assert (report.state, states(cases)) == ("frozen", ["corrected"] * 3)
    sign(report, "party_leader", office.party_leader)
    assert (report.state, states(cases)) == ("signed", ["signed_off"] * 3)
