"""Rates by every official definition side by side, place by place, down to the records behind each number.

They are there to be checked, not to be reached: no order but the places' own, no
target, no colour by height (N1.5 三不得). Whoever reads a number may open the
records that it counts, masked; taking them along is an export.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, request

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_
from casework.overview import rate_table, unit_counts
from casework.overview.rate_table import Line, Place, defined_in
from casework.reports.rates import Definition, Rate, rates
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from casework.web import shell
from casework.web.pages import PAGE_SIZE, page
from casework.web.rate_places import (
    EVERYBODY,
    address_of,
    asked_number,
    asked_place,
    destinations,
    masked,
    named,
    trail_of,
)

HEADS = {"university": N_("高校"), "college": N_("学院"), "major": N_("专业"), "class": N_("班级")}


@dataclass(frozen=True)
class Shown:
    """One place of the table: its name, the address of what stands below it, its rates."""

    label: str
    note: str
    address: dict[str, str | None]
    graduates: int
    rates: tuple[Rate, ...]


@signed_in
def shown() -> Response:
    """Show the rates of a place and of the places directly below it."""
    place, round_ = asked_place()
    defined = defined_in(round_)
    found = rate_table.lines(place, round_id=round_.id)
    counts = rate_table.total(found)
    whole = rates(counts, defined)
    return page(
        "rates/page.html",
        place=place,
        trail=trail_of(place),
        versions=_by_version(whole),
        settled=next((rate for rate in whole if rate.key in _totals(defined)), None),
        lines=shown_below(place, found, defined, round_) if place.below else (),
        head=HEADS.get(place.below or "", ""),
        imported=unit_counts.imported(round_.id, place.organisations),
        round=round_,
        address=address_of(place),
        named=named,
        everybody=EVERYBODY,
    )


@signed_in
def rows() -> Response:
    """Show a page of the records behind one number, masked."""
    place, round_ = asked_place()
    about, families = asked_number(round_)
    after = request.args.get("after", "")
    found = rate_table.rows(place, round_id=round_.id, families=families, after=after, limit=PAGE_SIZE + 1)
    counts = rate_table.total(rate_table.lines(place, round_id=round_.id))
    behind = sum(number for family, number in counts.items() if families is None or family in families)
    return page(
        "rates/rows.html",
        rows=[masked(row) for row in found[:PAGE_SIZE]],
        behind=behind,
        about=about,
        families=families,
        place=place,
        trail=trail_of(place),
        address=address_of(place),
        number=request.args.get("rate", EVERYBODY),
        after=after,
        next=found[PAGE_SIZE - 1].ref if len(found) > PAGE_SIZE else "",
        names=destinations(round_),
        named=named,
        may_export=shell.may(current_actor(), "export"),
    )


def _totals(defined: Iterable[Definition]) -> set[str]:
    return {each.key for each in defined if each.part == "total"}


def _by_version(found: Sequence[Rate]) -> list[tuple[str, list[Rate]]]:
    versions = dict.fromkeys(rate.version for rate in found)
    return [(version, [rate for rate in found if rate.version == version]) for version in versions]


def shown_below(place: Place, found: Iterable[Line], defined: Sequence[Definition], round_: Round) -> list[Shown]:
    """Return the places below as the table shows them."""
    degrees = {code: entry.name_zh for code, entry in rounds.table(round_.id, "degree_level").items()}
    result = []
    for line in found:
        counted = rates(line.counts, defined)
        note = degrees.get(line.key[2], line.key[2]) if place.below == "major" else ""
        graduates = sum(line.counts.values())
        result.append(Shown(line.label, note, address_of(place) | _step(place, line), graduates, counted))
    return result


def _step(place: Place, line: Line) -> dict[str, str | None]:
    if place.below == "university":
        return {"at": next(each.code for each in place.organisations if str(each.id) == line.key[0])}
    if place.below == "major":
        return {"major": line.key[1], "degree": line.key[2]}
    return {place.below or "": line.key[0]}
