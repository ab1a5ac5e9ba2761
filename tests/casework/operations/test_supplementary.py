"""A case that is opened again after filing travels the whole way once more, in a report of its own."""

import pytest

from casework.doors.unit import unit_of_work
from casework.operations.advance import advance
from casework.people.actors import actor_of
from tests.casework.factories import conclude, make_case
from tests.casework.operations.reporting import filed, make_office, prepare


@pytest.fixture
def office(app):
    with unit_of_work():
        office = make_office()
        prepare(office)
    return office


def test_a_case_reopened_after_filing_is_filed_again_in_a_supplementary_report_and_the_first_stays(office, settings):
    with unit_of_work():
        case, quiet = (
            make_case(office.organisation, office.round_, state="accepted", owner=office.investigator) for _ in range(2)
        )
        first = filed(office, settings)
        before = (first.manifest_hash, first.filed_at)
    with unit_of_work():
        advance(case, "reopen", actor=actor_of(office.supervisor), reason="用人单位来函更正")
        conclude(case, by=office.investigator)
        advance(case, "conclude", actor=actor_of(office.investigator), conclusion="unfounded", note="再次核实")
        advance(case, "accept", actor=actor_of(office.supervisor))
        later = filed(office, settings)
    assert (later.number, later.supplementary, later.state) == (2, True, "filed")
    assert later.manifest["supplementary_to"] == "LC24-R1"
    assert [row.case.number for row in later.cases] == [case.number]
    assert (case.state, quiet.state) == ("filed", "filed")
    assert (first.state, first.manifest_hash, first.filed_at) == ("filed", *before)
