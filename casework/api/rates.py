"""Rates by every official definition, place by place, down to the records behind each number, masked.

No order but the places' own, no target (N1.5 三不得), and nothing is handed down
to colleges: whoever works on one may not read it.
"""

from collections.abc import Mapping, Sequence

from flask_babel import get_locale
from sqlalchemy import Row

from casework.api import seen
from casework.api.computed import part_of
from casework.api.resource import Resource
from casework.api.schemas.overview import RateRowsOut, RateRowsQuery, RatesOut, RatesQuery
from casework.doors.sessions import current_actor
from casework.errors import N_, Forbidden, NotFound
from casework.intake import normal
from casework.overview import rate_table
from casework.overview.rate_table import Line, Place, defined_in
from casework.reports.rates import Definition, Rate
from casework.reports.rates import rates as rates_of
from casework.rounds.models import Round
from workflows.access import scope_of

rates = Resource("rates", "Rates by every official definition, and the records behind each number")
ACTION = "rates:read"
EVERYBODY = "graduates"


@rates.operation("GET", "/rates", query=RatesQuery, out=RatesOut)
def read_rates(query: dict) -> object:
    """Read the rates of a place and of the places directly below it."""
    place, round_ = _asked(query)
    defined = defined_in(round_)
    found = rate_table.lines(place, round_id=round_.id)
    shown, following = part_of(found if place.below else (), query)
    names = _names(place)
    label = place.class_name or place.major or place.college or (place.university.name if place.university else "")
    return {
        "round": round_.code,
        "whole": _line(names, label, rate_table.total(found), defined),
        "below": place.below,
        "items": [_line(names | _step(place, line), line.label, line.counts, defined) for line in shown],
        "next": following,
    }


@rates.operation("GET", "/rates/rows", query=RateRowsQuery, out=RateRowsOut)
def list_rate_rows(query: dict) -> object:
    """List the records that one number counts, in the order in which they came."""
    place, round_ = _asked(query)
    families = _families(query["rate"], round_)
    limit = query["limit"]
    found = rate_table.rows(place, round_id=round_.id, families=families, after=query["after"] or "", limit=limit + 1)
    counts = rate_table.total(rate_table.lines(place, round_id=round_.id))
    return {
        "behind": sum(number for family, number in counts.items() if families is None or family in families),
        "items": [_record(row) for row in found[:limit]],
        "next": found[limit - 1].ref if len(found) > limit else None,
    }


def _asked(query: dict) -> tuple[Place, Round]:
    """Return the place as far as this person may read rates there; a name counts only under the one above it."""
    actor = current_actor()
    if not scope_of(actor, ACTION):
        raise Forbidden(N_("您的角色不能查看去向统计：去向统计只供承担数据责任的人员核对，不向学院下达。"))
    round_ = seen.round_(query["round"])
    chosen = seen.universities(query["organisation"], actor, ACTION)
    college = query["college"] if len(chosen) == 1 else None
    major = query["major"] if college is not None else None
    below = {"degree": query["degree"], "class_name": query["class_name"]} if major is not None else {}
    return Place(chosen, college, major, **below), round_


def _families(key: str, round_: Round) -> tuple[str, ...] | None:
    """Return the families of destinations that a figure counts; None is every graduate."""
    if key == EVERYBODY:
        return None
    found = next((each for each in defined_in(round_) if each.key == key), None)
    if found is None:
        raise NotFound(N_("本轮次没有这项指标。"))
    return found.codes


def _names(place: Place) -> dict[str, str | None]:
    at = place.university.code if place.university else None
    names = ("college", "major", "degree", "class_name")
    return {"organisation": at} | {name: getattr(place, name) for name in names}


def _step(place: Place, line: Line) -> dict[str, str | None]:
    """Return the names by which a line differs from the place above it."""
    if place.below == "university":
        return {"organisation": next(each.code for each in place.organisations if str(each.id) == line.key[0])}
    if place.below == "major":
        return {"major": line.key[1], "degree": line.key[2]}
    return {"college" if place.below == "college" else "class_name": line.key[0]}


def _line(
    place: Mapping[str, str | None], label: str, counts: Mapping[str, int], defined: Sequence[Definition]
) -> dict[str, object]:
    shown = [_rate(rate) for rate in rates_of(counts, defined)]
    return {"place": place, "label": label, "graduates": sum(counts.values()), "rates": shown}


def _rate(rate: Rate) -> dict[str, object]:
    names = ("key", "version", "codes", "numerator", "denominator", "percent", "part")
    english = str(get_locale()).startswith("en")
    return {name: getattr(rate, name) for name in names} | {"name": rate.name_en if english else rate.name}


def _record(row: Row) -> dict[str, str]:
    """Return a record as a list shows it."""
    return {
        "ref": row.ref,
        "university": row.university,
        "college": row.college,
        "major": row.major_name,
        "class_name": row.class_name,
        "student_no": normal.masked_student_no(row.student_no),
        "name": normal.masked_name(row.name),
        "destination_code": row.destination_code,
        "employer_name": row.employer_name,
    }
