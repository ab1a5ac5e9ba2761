"""The office that these tests work in, and a case to tell about."""

from tests.casework.notices.office import office
from tests.casework.notices.outward import told_case

__all__ = ["office", "told_case"]
