"""A world to run, with its way out configured and put back afterwards."""

import pytest

from casework.notices import ways
from tests.simulation.world import World


@pytest.fixture
def world(app, monkeypatch):
    made = World(app, monkeypatch)
    ways.configure(("inbox", "simulator"))
    yield made
    ways.configure(())
