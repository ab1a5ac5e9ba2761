"""A world to run, with its way out configured and put back afterwards."""

import pytest

from casework.notices import ways
from tests.simulation.world import MANNERS, World


@pytest.fixture
def world(app, monkeypatch):
    made = World(app, monkeypatch)
    ways.configure(("inbox", "simulator"), manners=MANNERS)
    yield made
    ways.configure(())
