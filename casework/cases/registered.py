"""What a graduate's registered record shows now, field by field, as text that can be compared and shown."""

from datetime import date
from decimal import Decimal

from casework.intake.models import Record

CORRECTABLE = (
    "destination_code",
    "employer_name",
    "credit_code",
    "signing_date",
    "employer_nature_code",
    "industry_code",
    "employer_place_code",
    "job_category_code",
    "pay",
    "employer_phone",
    "employer_mobile",
    "employer_contact",
    "graduation_date",
    "study_school_zh",
)


def registered_value(record: Record, field: str) -> str:
    """Return the newest registered value of a field as plain text; empty when nothing is registered."""
    revision = record.revision
    if revision is None or field not in CORRECTABLE:
        return ""
    value = getattr(revision, field) if hasattr(revision, field) else (revision.sealed or {}).get(field)
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)
