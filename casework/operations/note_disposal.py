"""The discipline body notes what it does about a filed report; it changes no case and no report."""

from casework import journal
from casework.filing.models import Disposal, Filing
from casework.operations.permit_report import permit_report
from casework.operations.receipt import refuse_stranger
from casework.operations.refuse_blank import refuse_blank
from casework.reports.queries import number_of
from workflows.access import Actor


def note_disposal(filing: Filing, *, words: str, actor: Actor) -> Disposal:
    """Write a disposal note, sealed at rest; the journal of the recipient commits to its words."""
    permit_report(actor, "filing:dispose", filing.report)
    refuse_stranger(filing, actor)
    refuse_blank({"words": words})
    note = Disposal(by_id=actor.id, words=words.strip())
    filing.disposals.append(note)
    journal.record(
        organisation_id=filing.recipient_id,
        action="filing:dispose",
        actor=str(actor.id),
        subject=number_of(filing.report),
        facts={"delivery": filing.ref},
        personal={"words": words.strip()},
    )
    return note
