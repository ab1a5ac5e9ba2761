"""Rates by every official definition side by side, place by place, down to the records behind each number.

They are there to be checked, not to be reached: no order but the places' own, no
target, no colour by height (N1.5 三不得). Whoever reads a number may open the
records that it counts, masked; taking them along is an export.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from flask_babel import gettext
from sqlalchemy import Row

from casework import journal
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Forbidden, NotFound
from casework.intake import normal
from casework.operations.permit import permit
from casework.overview import rate_table, unit_counts
from casework.overview.rate_table import Line, Place
from casework.reports.rates import Definition, Rate, definitions, rates
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from casework.web import csv_file, shell
from casework.web.pages import PAGE_SIZE, page
from casework.web.wording import english

EVERYBODY = "graduates"
"""What the address calls the denominator, where the others are called by the key of their definition."""
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
    place, round_ = _place()
    defined = _defined(round_)
    found = rate_table.lines(place, round_id=round_.id)
    counts = rate_table.total(found)
    whole = rates(counts, defined)
    return page(
        "rates/page.html",
        place=place,
        trail=_trail(place),
        versions=_by_version(whole),
        settled=next((rate for rate in whole if rate.key in _totals(defined)), None),
        lines=_shown(place, found, defined, round_) if place.below else (),
        head=HEADS.get(place.below or "", ""),
        imported=unit_counts.imported(round_.id, place.organisations),
        round=round_,
        address=_address(place),
        named=_named,
        everybody=EVERYBODY,
    )


@signed_in
def rows() -> Response:
    """Show a page of the records behind one number, masked."""
    place, round_ = _place()
    about, families = _number(round_)
    after = request.args.get("after", "")
    found = rate_table.rows(place, round_id=round_.id, families=families, after=after, limit=PAGE_SIZE + 1)
    counts = rate_table.total(rate_table.lines(place, round_id=round_.id))
    behind = sum(number for family, number in counts.items() if families is None or family in families)
    return page(
        "rates/rows.html",
        rows=[_masked(row) for row in found[:PAGE_SIZE]],
        behind=behind,
        about=about,
        families=families,
        place=place,
        trail=_trail(place),
        address=_address(place),
        number=request.args.get("rate", EVERYBODY),
        after=after,
        next=found[PAGE_SIZE - 1].ref if len(found) > PAGE_SIZE else "",
        names=_destinations(round_),
        named=_named,
        may_export=shell.may(current_actor(), "export"),
    )


@signed_in
def table_file() -> Response:
    """Hand out the rates of a place and of those below it as a table, and remember who took it."""
    place, round_ = _place()
    defined = _defined(round_)
    found = rate_table.lines(place, round_id=round_.id)
    whole = [Shown(_trail(place)[-1][0], "", {}, 0, rates(rate_table.total(found), defined))]
    below = _shown(place, found, defined, round_) if place.below else []
    head = [
        gettext(words)
        for words in (N_("单位"), N_("口径"), N_("指标"), N_("去向代码"), N_("分子"), N_("分母"), N_("比率"))
    ]
    body = [
        [" ".join(filter(None, (each.label, each.note))), rate.version, _named(rate), " ".join(rate.codes),
         rate.numerator, rate.denominator, rate.percent]
        for each in [*whole, *below]
        for rate in each.rates
    ]  # fmt: skip
    _remember(place, "rates:export", {"round": round_.code, "lines": len(body)})
    return csv_file.download(head, body, name=f"rates-{round_.code}.csv")


@signed_in
def rows_file() -> Response:
    """Hand out the records behind one number, masked, to whoever may export; the journal remembers it."""
    place, round_ = _place()
    actor = current_actor()
    for organisation in place.organisations:
        permit(actor, "export", organisation=organisation)
    about, families = _number(round_)
    names = _destinations(round_)
    found = rate_table.rows(place, round_id=round_.id, families=families, limit=None)
    head = [
        gettext(words)
        for words in (
            N_("高校"),
            N_("学院"),
            N_("专业"),
            N_("班级"),
            N_("学号"),
            N_("姓名"),
            N_("去向代码"),
            N_("毕业去向"),
            N_("单位名称"),
        )
    ]
    body = [
        [row["university"], row["college"], row["major"], row["class_name"], row["student_no"], row["name"],
         row["code"], names.get(row["code"], ""), row["employer"]]
        for row in map(_masked, found)
    ]  # fmt: skip
    _remember(
        place, "rates:export_rows", {"round": round_.code, "rate": about.key if about else EVERYBODY, "rows": len(body)}
    )
    return csv_file.download(head, body, name=f"rates-rows-{round_.code}.csv")


def _place() -> tuple[Place, Round]:
    """Return the place that the address names, as far as this person may read rates there."""
    actor, round_ = current_actor(), shell.current_round()
    if not shell.may(actor, "rates:read"):
        raise Forbidden(N_("您的角色不能查看去向统计：去向统计只供承担数据责任的人员核对，不向学院下达。"))
    if round_ is None:
        raise NotFound(N_("还没有开启任何轮次，没有去向统计。"))
    reached = tuple(unit_counts.universities(actor, "rates:read"))
    at = request.args.get("at", "")
    chosen = tuple(each for each in reached if each.code == at) if at else reached
    if at and not chosen:
        raise NotFound(N_("没有找到机构 %(code)s，或不在您的权限范围内。"), params={"code": at})
    given = {
        name: request.args.get(name) if len(chosen) == 1 else None for name in ("college", "major", "degree", "class")
    }
    if given["college"] is None:
        given.update(major=None, degree=None)
    if given["major"] is None:
        given["class"] = None
    return Place(chosen, given["college"], given["major"], given["degree"], given["class"]), round_


def _number(round_: Round) -> tuple[Definition | None, tuple[str, ...] | None]:
    wanted = request.args.get("rate", EVERYBODY)
    if wanted == EVERYBODY:
        return None, None
    found = next((each for each in _defined(round_) if each.key == wanted), None)
    if found is None:
        raise NotFound(N_("本轮次没有这项指标。"))
    return found, found.codes


def _defined(round_: Round) -> tuple[Definition, ...]:
    table = rounds.table(round_.id, "rate_definition")
    return definitions(entry.attributes for entry in sorted(table.values(), key=lambda each: each.code[-2:]))


def _totals(defined: Iterable[Definition]) -> set[str]:
    return {each.key for each in defined if each.part == "total"}


def _by_version(found: Sequence[Rate]) -> list[tuple[str, list[Rate]]]:
    versions = dict.fromkeys(rate.version for rate in found)
    return [(version, [rate for rate in found if rate.version == version]) for version in versions]


def _shown(place: Place, found: Iterable[Line], defined: Sequence[Definition], round_: Round) -> list[Shown]:
    degrees = {code: entry.name_zh for code, entry in rounds.table(round_.id, "degree_level").items()}
    result = []
    for line in found:
        counted = rates(line.counts, defined)
        note = degrees.get(line.key[2], line.key[2]) if place.below == "major" else ""
        graduates = sum(line.counts.values())
        result.append(Shown(line.label, note, _address(place) | _step(place, line), graduates, counted))
    return result


def _step(place: Place, line: Line) -> dict[str, str | None]:
    if place.below == "university":
        return {"at": next(each.code for each in place.organisations if str(each.id) == line.key[0])}
    if place.below == "major":
        return {"major": line.key[1], "degree": line.key[2]}
    return {place.below or "": line.key[0]}


def _address(place: Place) -> dict[str, str | None]:
    """Return what the address of a place says; a name that is "" means nobody has registered one."""
    at = place.university.code if place.university else None
    return {"at": at, "college": place.college, "major": place.major, "degree": place.degree, "class": place.class_name}


def _trail(place: Place) -> list[tuple[str, dict[str, str | None]]]:
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


def _masked(row: Row) -> dict[str, str]:
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


def _destinations(round_: Round) -> dict[str, str]:
    entries = rounds.table(round_.id, "destination_code").items()
    return {code: entry.name_en if english() and entry.name_en else entry.name_zh for code, entry in entries}


def _named(rate: Rate | Definition) -> str:
    return rate.name_en if english() else rate.name


def _remember(place: Place, action: str, facts: dict[str, Any]) -> None:
    """Write an export into the chain of looks of the body whose figures were taken along."""
    actor = current_actor()
    body = place.university.id if place.university else actor.appointments[0].organisation_id
    with unit_of_work():
        journal.record(
            organisation_id=body,
            action=action,
            actor=str(actor.id),
            subject=place.university.code if place.university else "",
            facts=facts,
            chain=journal.LOOKS,
        )
