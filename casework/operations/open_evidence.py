"""Open a file of a case: it may show persons in clear, so whoever opens it leaves a trace in the chain of looks."""

from casework import journal, storage
from casework.cases.models import Case, Evidence
from casework.config import Settings
from casework.operations.permit import permit_case
from workflows.access import Actor


def open_evidence(case: Case, evidence: Evidence, *, actor: Actor, settings: Settings) -> bytes:
    """Return the content of a file, for whoever may see full identities in this case."""
    permit_case(actor, "person:unmask", case)
    journal.record(
        organisation_id=case.organisation_id,
        action="evidence:open",
        actor=str(actor.id),
        subject=case.number,
        facts={"evidence": evidence.ref, "sha256": evidence.file.sha256},
        chain=journal.LOOKS,
    )
    return storage.read(evidence.file, folder=settings.files_dir)
