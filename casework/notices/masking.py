"""Where a message went, so that one can tell addresses apart and cannot read them."""

from casework.intake.normal import masked_phone
from casework.notices.graduates import BY_PHONE, Graduate
from casework.notices.ways import INBOX, SMS, WEBHOOK, address_of
from casework.people.models import Person


def masked_address(reader: Person | Graduate, *, channel: str) -> str:
    """Return where a channel reaches this reader today: z***@edu.example.com, 138****6021; empty when nowhere."""
    if channel == INBOX:
        return ""
    address = address_of(reader, channel=channel)
    if channel == BY_PHONE or channel in SMS:
        return masked_phone(address)
    if channel == WEBHOOK:
        return address  # the login of a program's account
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:1]}***" if address else ""
