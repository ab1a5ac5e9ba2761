"""Who may hand in which kind of file.

Records are the office's, complaints are those people's who work on leads, what a round rests on is its
administrators'.
"""

from casework.intake.queries import PERMISSIONS, SETTINGS_KINDS, permission_of
from casework.operations.permit import permit_named, permit_settings
from casework.operations.permit_round import permit_round
from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import Actor, permitted


def permit_import(actor: Actor, kind: str | None, *, organisation: Organisation, round_: Round) -> None:
    """Return quietly when the actor may hand in this kind here; None: not looked at yet, so whoever may any.

    Raises `NotFound` or `Forbidden` otherwise.
    """
    if kind in SETTINGS_KINDS:
        permit_settings(actor)
        permit_round(actor, round_)
    elif kind is not None:
        permit_named(actor, permission_of(kind), organisation=organisation)
    elif not any(_may(actor, action, organisation) for action in PERMISSIONS.values()):
        permit_named(actor, "import:run", organisation=organisation)


def _may(actor: Actor, action: str, organisation: Organisation) -> bool:
    return permitted(actor, action, organisation_path=path_of(organisation)) is None
