"""What an address of the rates means: which place, which number, as far as its reader may see it; and their names."""

from flask import request
from flask_babel import gettext
from sqlalchemy import Row

from casework.doors.sessions import current_actor
from casework.errors import N_, Forbidden, NotFound
from casework.intake import normal
from casework.overview import unit_counts
from casework.overview.rate_table import Place, defined_in
from casework.reports.rates import Definition, Rate
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from casework.web import shell
from casework.web.places import asked_universities
from casework.web.wording import english

EVERYBODY = "graduates"
"""What the address calls the denominator, where the others are called by the key of their definition."""


def asked_place() -> tuple[Place, Round]:
    """Return the place that the address names, as far as this person may read rates there."""
    actor, round_ = current_actor(), shell.current_round()
    if not shell.may(actor, "rates:read"):
        raise Forbidden(N_("您的角色不能查看去向统计：去向统计只供承担数据责任的人员核对，不向学院下达。"))
    if round_ is None:
        raise NotFound(N_("还没有开启任何轮次，没有去向统计。"))
    _, chosen = asked_universities("rates:read")
    given = {
        name: request.args.get(name) if len(chosen) == 1 else None for name in ("college", "major", "degree", "class")
    }
    if given["college"] is None:
        given.update(major=None, degree=None)
    if given["major"] is None:
        given["class"] = None
    return Place(chosen, given["college"], given["major"], given["degree"], given["class"]), round_


def asked_number(round_: Round) -> tuple[Definition | None, tuple[str, ...] | None]:
    """Return the figure that the address names and the families that it counts; None and None is the denominator."""
    wanted = request.args.get("rate", EVERYBODY)
    if wanted == EVERYBODY:
        return None, None
    found = next((each for each in defined_in(round_) if each.key == wanted), None)
    if found is None:
        raise NotFound(N_("本轮次没有这项指标。"))
    return found, found.codes


def address_of(place: Place) -> dict[str, str | None]:
    """Return what the address of a place says; a name that is "" means nobody has registered one."""
    at = place.university.code if place.university else None
    return {"at": at, "college": place.college, "major": place.major, "degree": place.degree, "class": place.class_name}


def trail_of(place: Place) -> list[tuple[str, dict[str, str | None]]]:
    """Return the way from the top down to a place: each name with its address."""
    unnamed = gettext("未注明")
    trail: list[tuple[str, dict[str, str | None]]] = []
    if place.university is None or len(unit_counts.universities(current_actor(), "rates:read")) > 1:
        trail.append((gettext("全部高校"), {}))
    address: dict[str, str | None] = {}
    steps: list[tuple[str | None, dict[str, str | None]]] = [
        (
            place.university.name if place.university else None,
            {"at": place.university.code if place.university else None},
        ),
        (place.college, {"college": place.college}),
        (place.major, {"major": place.major, "degree": place.degree}),
        (place.class_name, {"class": place.class_name}),
    ]
    for label, step in steps:
        if label is not None:
            address = address | step
            trail.append((label or unnamed, address))
    return trail


def destinations(round_: Round) -> dict[str, str]:
    """Return the names of the destinations in the reader's language."""
    entries = rounds.table(round_.id, "destination_code").items()
    return {code: entry.name_en if english() and entry.name_en else entry.name_zh for code, entry in entries}


def named(rate: Rate | Definition) -> str:
    """Return what a figure is called in the reader's language."""
    return rate.name_en if english() else rate.name


def masked(row: Row) -> dict[str, str]:
    """Return a record as a list shows it."""
    return {
        "university": row.university,
        "college": row.college,
        "major": row.major_name,
        "class_name": row.class_name,
        "student_no": normal.masked_student_no(row.student_no),
        "name": normal.masked_name(row.name),
        "code": row.destination_code,
        "employer": row.employer_name,
    }
