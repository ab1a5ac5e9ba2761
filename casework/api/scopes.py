"""Which scope a token needs for which part of the API: reading needs `read`, changing that of its part.

Leads are apart: what a reporter told is read by no program that was not meant
to. What leaves a trace when it is read (a document, an export) counts as a change.
"""

from collections.abc import Mapping
from types import MappingProxyType

from workflows.token_scopes import LEADS, READ, SETTINGS

CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "me": SETTINGS,
        "own_notices": SETTINGS,
        "ties": SETTINGS,
        "organisations": SETTINGS,
        "rounds": SETTINGS,
        "cases": "cases",
        "case-work": "cases",
        "evidence": "cases",
        "case-actions": "cases",
        "referrals": "cases",
        "audit": SETTINGS,
        "retention": SETTINGS,
        "leads": LEADS,
        "lead_links": LEADS,
        "campaigns": "campaigns",
        "batches": "import",
        "screening-rules": "screening",
        "screening": "screening",
        "precision": "screening",
        "employers": "screening",
        "samples": "screening",
        "overdue": "cases",
        "drifts": "cases",
        "funnel": "reports",
        "rates": "reports",
        "jobs": SETTINGS,
        "self-check": "reports",
        "reports": "reports",
        "mandates": "reports",
        "filings": "reports",
        "oversight": "cases",
        "deliveries": SETTINGS,
        "channels": SETTINGS,
        "service": SETTINGS,
    }
)
"""What changing something needs, by part of the API; a part without a row cannot be attached."""


def needed_for(part: str, *, changes: bool) -> str:
    """Return the scope that an operation of this part of the API needs."""
    scope = CHANGES[part]
    return scope if changes or scope == LEADS else READ
