"""What a mail server sends back about a mail of ours: a delivery status notification (RFC 3464).

A report names the final recipient, what was done (`failed`, `delayed`) and a
status (RFC 3463). Only a failure that says something lasting about the address
is hard: no such mailbox or domain (5.1.x), a mailbox that is closed (5.2.1), or
a permanent failure without a reason (5.0.0). A full mailbox, a refusal of the
text or of our server, and every delay may pass.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string, policy
from email.message import Message

_REF = re.compile(r"<([^@<>\s]{1,64})@[^<>\s]+>")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_HARD = re.compile(r"5\.(1\.\d{1,3}|2\.1|0\.0)")


@dataclass(frozen=True)
class Bounce:
    """One report about one recipient: `ref` names our message, `hard` says that the address is dead."""

    ref: str
    recipient: str = field(repr=False)
    status: str
    hard: bool


def read_bounces(raw: bytes) -> tuple[Bounce, ...]:
    """Return what a mail reports about mails of ours; empty when it is no report, or reports a success."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    if mail.get_content_type() != "multipart/report":
        return ()
    ref = next(_refs(mail), "")
    return tuple(_bounces(mail, ref)) if ref else ()


def _bounces(mail: Message, ref: str) -> Iterator[Bounce]:
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for group in part.get_payload():
            action = str(group.get("Action", "")).strip().lower()  # type: ignore[union-attr] # a report's groups are mails
            found = _STATUS.search(str(group.get("Status", "")))  # type: ignore[union-attr]
            if action not in {"failed", "delayed"} or found is None:
                continue
            recipient = str(group.get("Final-Recipient", "")).rpartition(";")[2].strip()  # type: ignore[union-attr]
            yield Bounce(ref, recipient, found[0], action == "failed" and bool(_HARD.fullmatch(found[0])))


def _refs(mail: Message) -> Iterator[str]:
    """Yield the names of the mails that come back with the report, whole or by their headers alone."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            returned = part.get_payload(0)
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            returned = message_from_string(content.decode("utf-8", "replace") if isinstance(content, bytes) else "")
        else:
            continue
        found = _REF.search(str(returned.get("Message-ID", "")))  # type: ignore[union-attr]
        if found:
            yield found[1]
