"""Who may hand in which kind of file: records are the office's, what a round rests on is its administrators'."""

from casework.intake.queries import SETTINGS_KINDS
from casework.operations.permit import permit, permit_settings
from casework.operations.permit_round import permit_round
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import Actor, scope_of


def permit_import(actor: Actor, kind: str | None, *, organisation: Organisation, round_: Round) -> None:
    """Return quietly when the actor may hand in this kind; None: not looked at yet, so whoever may hand in anything.

    Raises `NotFound` or `Forbidden` otherwise.
    """
    if kind in SETTINGS_KINDS:
        permit_settings(actor)
        permit_round(actor, round_)
    elif kind is not None or not scope_of(actor, "round:settings"):
        permit(actor, "import:run", organisation=organisation)
