"""Take the audit along as a table: with a reason, marked, and itself an entry that the audit shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.errors import N_, Conflict, Invalid
from casework.operations.mark_export import Mark, mark_of, note_export
from casework.overview.audit import entries
from casework.overview.audit_lines import Line, lines_of
from casework.overview.audit_page import MOST_EXPORTED, Wanted, asked_of
from workflows.access import Actor

LONGEST = 500


@dataclass(frozen=True)
class Exported:
    """The lines, newest first, and the mark that every row of the file bears."""

    lines: Sequence[Line]
    mark: Mark


def export_audit(wanted: Wanted, *, reason: str, actor: Actor) -> Exported:
    """Return every line of what is asked for (`audit_page.asked_of`); raise `Conflict` where it is more than a file."""
    asked, organisation = asked_of(wanted, actor)
    if not reason.strip() or len(reason) > LONGEST:
        raise Invalid(
            N_("请写明导出的用途（不超过 500 字），没有导出。"), fields={"reason": N_("必填，不超过 500 字。")}
        )
    found = entries(asked, actor, before=None, limit=MOST_EXPORTED + 1)
    if len(found) > MOST_EXPORTED:
        raise Conflict(N_("超过%(n)s条，没有导出。请缩短起止日期或加上条件。"), params={"n": MOST_EXPORTED})
    mark = mark_of(actor, purpose=reason)
    note_export(
        mark,
        action="audit:export",
        organisation_id=organisation.id if organisation else actor.appointments[0].seat_id,
        subject=asked.subject or "-",
        actor=actor,
        facts={"rows": len(found), "since": asked.since.isoformat(), "until": asked.until.isoformat()},
    )
    return Exported(lines_of(found, reader=actor), mark)
