"""Open a file of a lead: it may show who reported, so whoever opens it leaves a trace in the chain of looks."""

from casework import journal, storage
from casework.config import Settings
from casework.leads.models import Lead, LeadFile
from casework.operations.permit_lead import permit_lead
from workflows.access import Actor


def open_lead_file(lead: Lead, file: LeadFile, *, actor: Actor, settings: Settings) -> bytes:
    """Return the content of a file, for whoever may read this lead."""
    permit_lead(actor, "lead:read", lead)
    journal.record(
        organisation_id=lead.organisation_id,
        action="lead:open_file",
        actor=str(actor.id),
        subject=lead.number,
        facts={"file": file.ref, "sha256": file.file.sha256},
        chain=journal.LOOKS,
    )
    return storage.read(file.file, folder=settings.files_dir)
