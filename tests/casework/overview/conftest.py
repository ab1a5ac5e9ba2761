"""The office that these tests work in."""

from tests.casework.notices.office import office

__all__ = ["office"]
