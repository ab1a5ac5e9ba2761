"""Hand out what happened to cases, for process mining; that it was handed out stands in the journal.

The text is read after the unit of work, piece by piece: an export of a province
must not hold a transaction open while somebody's line is slow.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.cases.queries import in_scope
from casework.errors import N_, Invalid
from casework.operations.mark_export import COLUMN, mark_of, note_export
from casework.operations.permit import permit_named
from casework.overview import event_files
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import Actor


@dataclass(frozen=True)
class Exported:
    """A file that is about to be read: its name, its media type, and what gives its text."""

    name: str
    media_type: str
    pieces: Callable[[], Iterator[str]]


def export_events(
    *, organisation: Organisation, round_: Round, form: str, actor: Actor, with_persons: bool = False
) -> Exported:
    """Return the event log of the cases of an organisation and those below it, as `csv` or `ocel`.

    `with_persons` names the accounts that acted, for whoever may verify the journal.
    """
    if form not in event_files.FORMATS:
        raise Invalid(N_("请选择导出格式：csv 或 ocel。"), fields={"format": N_("请从列表中选择。")})
    permit_named(actor, "export", organisation=organisation)
    if with_persons:
        permit_named(actor, "journal:verify", organisation=organisation)
    media_type, ending = event_files.FORMATS[form]
    below = select(Organisation.id).where(Organisation.path.startswith(organisation.path, autoescape=True))
    condition = in_scope(actor, "export") & (Case.round_id == round_.id) & Case.organisation_id.in_(below)
    mark = mark_of(actor, purpose="流程分析")
    note_export(
        mark,
        action="export:events",
        organisation_id=organisation.id,
        subject=round_.code,
        actor=actor,
        facts={"format": form, "persons": with_persons},
    )
    return Exported(
        name=f"events-{organisation.code}-{round_.code}-{clock.today():%Y%m%d}.{ending}",
        media_type=media_type,
        pieces=lambda: event_files.pieces(
            condition,
            form=form,
            with_persons=with_persons,
            mark=(COLUMN, mark.words if with_persons else mark.nameless),
        ),
    )
