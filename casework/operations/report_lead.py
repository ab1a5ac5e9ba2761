"""Take in what somebody reported through the public form, and give them what they need to come back.

The receipt code leaves this function and is kept nowhere. The statement names the
link of the journal that holds the same hash, so the chain is sealed here, with
everything else of the report already written, and not by the door.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework import clock, journal
from casework.config import Settings
from casework.errors import N_, Invalid
from casework.leads import receipts, statements
from casework.leads.models import Lead
from casework.operations.add_lead_file import LARGEST_OF_LEAD, MOST, Cleaned, attach, refuse_too_many
from casework.operations.lead_steps import note_step
from casework.operations.take_lead import take_lead
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from workflows.access import SYSTEM

CHANNEL = "PUBLIC_FORM"
REPORTER = frozenset({"name", "phone", "email"})


@dataclass(frozen=True)
class Reported:
    """A lead that came by the public form, the code that is shown once, and the words that we have signed."""

    lead: Lead
    code: str
    statement: dict[str, Any]


def report_lead(
    *,
    organisation: Organisation,
    round: Round,  # noqa: A002 - the word of the trade
    title: str,
    content: str,
    settings: Settings,
    about: Mapping[str, object] | None = None,
    violations: Sequence[str] = (),
    named: bool = False,
    reporter: Mapping[str, str] | None = None,
    concerns: Organisation | None = None,
    files: Sequence[Cleaned] = (),
    code: str = "",
) -> Reported:
    """Return the new lead with its receipt; the same `code` given twice breaks against the row of the first.

    Of an anonymous report nothing is kept about who made it, whatever was filled in. Raises `Invalid` for what is
    no part of the catalogue, and what `take_lead` raises.
    """
    _refuse_unknown(round, violations, reporter)
    code = code or receipts.new_code()
    lead = take_lead(
        organisation=organisation,
        round=round,
        channel=CHANNEL,
        received_at=clock.now(),
        title=title,
        content=content,
        actor=SYSTEM,
        reporter={name: value for name, value in (reporter or {}).items() if value} if named else None,
        named=named,
        about=about,
        concerns=concerns,
        receipt_hash=receipts.hash_of(code),
    )
    lead.violations = list(dict.fromkeys(violations))
    for file in files:
        refuse_too_many([row.size for row in lead.files], len(file.content), most=MOST, largest=LARGEST_OF_LEAD)
        attach(lead, file, settings=settings)
    lead.statement = _statement(lead, code, settings)
    return Reported(lead, code, lead.statement)


def _refuse_unknown(round_: Round, violations: Sequence[str], reporter: Mapping[str, str] | None) -> None:
    if set(violations) - set(rounds.table(round_.id, "violation")):
        raise Invalid(N_("没有这一类问题，没有提交。"), fields={"violations": N_("请从列表中选择。")})
    if set(reporter or {}) - REPORTER:
        raise Invalid(N_("联系方式填写有误，没有提交。"), fields={"reporter": N_("只填姓名、电话和邮箱。")})


def _statement(lead: Lead, code: str, settings: Settings) -> dict[str, Any]:
    files = [row.file.sha256 for row in lead.files]
    content = statements.commitment(code, title=lead.title, content=lead.content, files=files)
    note_step(
        lead,
        action="report",
        actor=SYSTEM,
        facts={"receipt": lead.receipt_hash, "content": content, "files": len(files)},
    )
    journal.seal()
    seq, link = journal.head(lead.organisation_id)
    return statements.state(
        receipt_hash=str(lead.receipt_hash),
        received_at=lead.received_at.isoformat(timespec="seconds"),
        content=content,
        position=statements.Position(lead.organisation.code, journal.MAIN, seq, link),
        secret=settings.index_key,
    )
