"""Who may hand in which kind of file.

Records are the office's, complaints are those people's who work on leads, what a round rests on is its
administrators'.
"""

from casework.intake.queries import PERMISSIONS, SETTINGS_KINDS, permission_of
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
    elif kind is not None:
        permit(actor, permission_of(kind), organisation=organisation)
    elif not any(scope_of(actor, action) for action in PERMISSIONS.values()):
        permit(actor, "import:run", organisation=organisation)
