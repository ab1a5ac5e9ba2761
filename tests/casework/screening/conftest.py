import pytest

from casework.screening.engine import screen
from tests.casework.screening import kit


@pytest.fixture(scope="session")
def university():
    return kit.university()


@pytest.fixture(scope="session")
def screening(university):
    return screen(university, context=kit.CONTEXT)
