"""What is looked at here is the application with its doors."""

import pytest


@pytest.fixture
def app(app_with_doors):
    return app_with_doors
