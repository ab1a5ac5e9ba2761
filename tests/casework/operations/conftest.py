"""The office that these tests work in, a case to tell about, and a carrier to tell it by."""

from tests.casework.leads.office import leads
from tests.casework.notices.office import office
from tests.casework.notices.outward import carrier, told_case
from tests.casework.operations.round_changes import full

__all__ = ["carrier", "full", "leads", "office", "told_case"]
