"""The office in which leads are worked on."""

from tests.casework.leads.office import leads
from tests.casework.notices.office import office

__all__ = ["leads", "office"]
