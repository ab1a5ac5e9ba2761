"""Hand out the list of whom a campaign has told, as a file; that it was asked for is written among the looks."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from casework import journal
from casework.campaigns.models import Campaign
from casework.cells import harmless
from casework.clock import BEIJING
from casework.errors import N_, Invalid
from casework.operations.mark_export import COLUMN, mark_of
from casework.operations.permit import permit
from casework.operations.permit_campaign import permit_campaign
from casework.overview.told_graduates import everybody_told
from workflows.access import Actor

HEAD = (
    *("student_no", "college", "class_name", "wave", "by", "state", "created_at", "sent_at", "ended_at"),
    *("attempts", "attempt", "message", "opened_at", "answered_at"),
)
LONGEST = 500


def export_told(campaign: Campaign, *, reason: str, actor: Actor) -> Iterator[str]:
    """Return the lines of a CSV: who was told, when, by which attempt; no names and no addresses stand in it.

    That somebody asked is written in the present unit of work. The lines are read as they are taken, a thousand
    letters at a time: whoever hands them out takes them after it, so that a long list holds nobody up.
    """
    permit_campaign(actor, "campaign:read", campaign)
    permit(actor, "export", organisation=campaign.organisation)
    if not reason.strip() or len(reason) > LONGEST:
        raise Invalid(
            N_("请写明导出的用途（不超过 500 字），没有导出。"), fields={"reason": N_("必填，不超过 500 字。")}
        )
    mark = mark_of(actor, purpose=reason)
    journal.record(
        organisation_id=campaign.organisation_id,
        action="campaign:export",
        actor=str(actor.id),
        subject=campaign.ref,
        facts={"columns": list(HEAD), "mark": mark.ref},
        personal={"reason": reason.strip()},
        chain=journal.LOOKS,
    )
    return _lines(campaign, mark.words)


def _lines(campaign: Campaign, mark: str) -> Iterator[str]:
    yield "\ufeff" + ",".join((*HEAD, COLUMN)) + "\r\n"  # the mark by which a spreadsheet knows the encoding
    for told in everybody_told(campaign):
        place = (told.student_no, told.college, told.class_name, str(told.wave), told.by, told.state)
        left = (_said(told.created_at), _said(told.sent_at), _said(told.ended_at), str(told.attempts))
        yield _line((*place, *left, told.attempt, told.message, _said(told.opened_at), _said(told.used_at), mark))


def _said(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def _line(cells: tuple[str, ...]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(harmless(cell) for cell in cells)
    return made.getvalue()
