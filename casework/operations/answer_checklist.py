"""Answer one item of the self-check's contents, N1.1 to N1.5: how, what, with which finding, by whom."""

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Invalid
from casework.operations.permit import permit
from casework.operations.refuse_blank import refuse_blank
from casework.people.models import Organisation
from casework.reports import queries
from casework.reports.models import ChecklistAnswer
from casework.rounds import settings
from casework.rounds.models import Round
from workflows.access import Actor


def answer_checklist(
    *,
    organisation: Organisation,
    round_: Round,
    clause: str,
    method: str,
    examined: str,
    finding: str,
    responsible: str,
    actor: Actor,
) -> ChecklistAnswer:
    """Return the answer, new or changed; a frozen report keeps the one that it was frozen with."""
    permit(actor, "report:draft", organisation=organisation)
    if clause not in settings.checklist(round_):
        raise Invalid(N_("本轮自查内容没有 %(clause)s 这一项。"), params={"clause": clause})
    texts = {"method": method, "examined": examined, "finding": finding, "responsible": responsible}
    refuse_blank(texts)
    answer = queries.answers(organisation.id, round_.id).get(clause)
    if answer is None:
        answer = ChecklistAnswer(organisation_id=organisation.id, round_id=round_.id, clause=clause)
        db.session.add(answer)
    for name, text in texts.items():
        setattr(answer, name, text.strip())
    answer.answered_at, answer.answered_by_id = clock.now(), actor.id
    journal.record(
        organisation_id=organisation.id,
        action="checklist:answer",
        actor=str(actor.id),
        subject=f"{organisation.code}/{round_.code}",
        facts={"clause": clause},
        personal={name: text.strip() for name, text in texts.items()},
    )
    return answer
