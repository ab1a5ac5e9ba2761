"""Issue 自查通知（方案）: a new version each time, the earlier ones stay on file (N2.2)."""

from casework import journal
from casework.db import db
from casework.operations.permit import permit
from casework.operations.refuse_blank import refuse_blank
from casework.people.models import Organisation
from casework.reports import queries
from casework.reports.models import Plan
from casework.reports.snapshot_of import words_of
from casework.reports.wording import PLAN
from casework.rounds.models import Round
from workflows.access import Actor


def issue_plan(
    *,
    organisation: Organisation,
    round_: Round,
    method: str,
    recording: str,
    rectification: str,
    responsible: str,
    actor: Actor,
) -> Plan:
    """Return the version now in force; a report drafted under an earlier one has to be drafted again."""
    permit(actor, "report:freeze", organisation=organisation)
    texts = {"method": method, "recording": recording, "rectification": rectification, "responsible": responsible}
    refuse_blank(texts)
    before = queries.current_plan(organisation.id, round_.id)
    plan = Plan(
        organisation_id=organisation.id,
        round_id=round_.id,
        version=before.version + 1 if before else 1,
        issued_by_id=actor.id,
        wording=_words(organisation, round_),
        **{name: text.strip() for name, text in texts.items()},
    )
    db.session.add(plan)
    db.session.flush()  # whoever cites the plan needs its id
    journal.record(
        organisation_id=organisation.id,
        action="plan:issue",
        actor=str(actor.id),
        subject=f"{organisation.code}/{round_.code}",
        facts={"version": plan.version},
    )
    return plan


def _words(organisation: Organisation, round_: Round) -> dict[str, str]:
    """Return the words around the plan as they are today: what was issued reads the same for ever."""
    words = words_of(organisation.id, round_.id, None)
    return {key: text for key, text in words.items() if key.partition(".")[0] == PLAN}
