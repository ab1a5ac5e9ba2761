"""An office with one of everything, so that every address leads somewhere: cases, material, imports, a filed report."""

from casework import promises
from casework.doors.unit import unit_of_work
from casework.operations.passwords import make_token
from tests.casework.factories import make_batch, make_case, make_person, make_run
from tests.casework.operations.reporting import attach, delivered, make_office, prepare
from workflows.access import SYSTEM

ROLES = ("supervisor", "investigator", "party_leader", "discipline_officer", "superior_officer")


def make_full_office(settings):
    """Return the ids of people, by role, who between them may see everything there is."""
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        delivered(office, settings)
        for state in ("flagged", "investigating", "corrected"):
            make_case(office.organisation, office.round_, owner=office.investigator, state=state)
        case = make_case(
            office.organisation, office.round_, owner=office.investigator, state="investigating", kind="conduct"
        )
        attach(case, office, settings)
        make_batch(office.organisation, office.round_)
        make_run(office.organisation, office.round_)
        administrator = make_person("administrator", office.tree.ministry)
        make_token(administrator, name="program", actor=SYSTEM)
        promises.promise(
            "screen", organisation=office.organisation.id, round=office.round_.id, actor=0, then_open=False
        )
        people = {role: getattr(office, role).id for role in ROLES}
    return people | {"administrator": administrator.id}
