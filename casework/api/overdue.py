"""The overdue board for programs: its numbers, pressing an owner, raising a case."""

from flask_babel import gettext

from casework import clock, working_days
from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.overdue import BoardOut, BoardQuery, PressIn, PressOut, RaiseIn, RaiseOut
from casework.cases.queries import get_case
from casework.doors.sessions import current_actor
from casework.errors import N_, Forbidden
from casework.operations.press import press
from casework.operations.raise_case import raise_case
from casework.overview import board, board_counts
from casework.overview.board_names import label_of, names_of
from casework.overview.outlook import Outlook, outlook_of
from casework.overview.ribbon import next_date
from casework.people.queries import get_person
from workflows.access import scope_of

overdue = Resource("overdue", "What is late, and what is done about it")
FIGURES = ("median", "low", "high", "needed", "verdict")


@overdue.operation("GET", "/overdue", query=BoardQuery, out=BoardOut)
def read_board(query: dict) -> object:
    """Read how much is late, where, and whether the rest will be done by the next date."""
    actor, now, today = current_actor(), clock.now(), clock.today()
    scopes = scope_of(actor, board.READ)
    if not scopes:
        raise Forbidden(N_("您的角色不能查看逾期督办。"))
    round_ = seen.round_(query["round"])
    condition = board.watched(actor, round_.id)
    found, _ = board_counts.figures(condition, scopes=scopes, round_id=round_.id, now=now)
    names, numbers = names_of(found), found.numbers
    ahead = outlook_of(found, today=today, on=next_date(round_.id, actor, today), calendar=working_days.calendar())
    return {
        "round": round_.code,
        "counted_at": found.taken_at,
        "overdue": numbers.of("od"),
        "due_today": numbers.of("td"),
        "due_soon": numbers.of("sn"),
        "open": numbers.total,
        "unassigned": found.unassigned,
        "outlook": _outlook(ahead) if ahead else None,
        "items": [
            {
                "label": gettext(label_of(query["by"], row, names)),
                "overdue": row.overdue,
                "open": row.total,
                "buckets": row.cells,
            }
            for row in found.heat[query["by"]].rows
        ],
    }


@overdue.operation("POST", "/overdue/presses", body=PressIn, out=PressOut, status=201)
def press_owner(body: dict) -> object:
    """Press an owner about what is late of theirs; once a day and person, and not on a day of rest (409)."""
    actor = current_actor()
    organisation = seen.organisation(body["organisation"], actor, "overdue:press")
    chosen = None if body["cases"] is None else [get_case(number, actor) for number in body["cases"]]
    done = press(get_person(body["person"]), organisation=organisation, cases=chosen, note=body["note"], actor=actor)
    return {"person": done.person.ref, "cases": [case.number for case in done.cases]}


@overdue.operation("POST", "/overdue/raises", body=RaiseIn, out=RaiseOut, status=201)
def raise_late_case(body: dict) -> object:
    """Raise a late case to the next level of its ladder that has not heard of it; once a day and case (409)."""
    case = get_case(body["case"], current_actor(), lock=True)
    done = raise_case(case, actor=current_actor(), note=body["note"])
    return {"case": case.number, "roles": list(done.roles)}


def _outlook(found: Outlook) -> dict[str, object]:
    return {name: getattr(found.pace, name) for name in FIGURES} | {
        "on": found.on,
        "working_days_left": found.days_left,
        "days_counted": found.days,
        "new_a_day": found.new_a_day,
        "left": found.left,
        "best": found.best,
        "worst": found.worst,
    }
