"""An office with its people and a few cases, and browsers for them."""

from functools import partial

import pytest

from casework.doors.unit import unit_of_work
from tests.casework.factories import make_case, make_person
from tests.casework.operations.reporting import make_office
from tests.casework.web.lead_bureau import bureau
from tests.casework.web.town import town
from tests.casework.web.visitor import browser_of

__all__ = ["bureau", "town"]


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


@pytest.fixture
def desk(app):
    """Return an office; its investigator owns one case that nobody began and one under way."""
    with unit_of_work():
        office = make_office()
        make_case(office.organisation, office.round_, owner=office.investigator)
        make_case(office.organisation, office.round_, owner=office.investigator, state="investigating")
        make_case(office.organisation, office.round_, owner=office.investigator, state="corrected")
    return office


@pytest.fixture
def administrator(desk):
    with unit_of_work():
        return make_person("administrator", desk.organisation, name="覃丰")


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)
