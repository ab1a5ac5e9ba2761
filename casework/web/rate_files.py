"""The figures and the records behind them as tables to take along: each time an entry in the chain of looks."""

from typing import Any

from flask import Response
from flask_babel import gettext

from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.mark_export import Mark, mark_of, note_export
from casework.operations.permit import permit
from casework.overview import rate_table
from casework.overview.rate_table import Place, defined_in
from casework.reports.rates import rates
from casework.web import csv_file
from casework.web.rate_places import (
    EVERYBODY,
    asked_number,
    asked_place,
    destinations,
    masked,
    named,
    trail_of,
)
from casework.web.rates import Shown, shown_below


@signed_in
def table_file() -> Response:
    """Hand out the rates of a place and of those below it as a table, and remember who took it."""
    place, round_ = asked_place()
    defined = defined_in(round_)
    found = rate_table.lines(place, round_id=round_.id)
    whole = [Shown(trail_of(place)[-1][0], "", {}, 0, rates(rate_table.total(found), defined))]
    below = shown_below(place, found, defined, round_) if place.below else []
    head = [
        gettext(words)
        for words in (N_("单位"), N_("口径"), N_("指标"), N_("去向代码"), N_("分子"), N_("分母"), N_("比率"))
    ]
    body = [
        [" ".join(filter(None, (each.label, each.note))), rate.version, named(rate), " ".join(rate.codes),
         rate.numerator, rate.denominator, rate.percent]
        for each in [*whole, *below]
        for rate in each.rates
    ]  # fmt: skip
    mark = _remember(place, "rates:export", {"round": round_.code, "lines": len(body)})
    return csv_file.download(head, body, name=f"rates-{round_.code}.csv", mark=mark)


@signed_in
def rows_file() -> Response:
    """Hand out the records behind one number, masked, to whoever may export; the journal remembers it."""
    place, round_ = asked_place()
    actor = current_actor()
    for organisation in place.organisations:
        permit(actor, "export", organisation=organisation)
    about, families = asked_number(round_)
    names = destinations(round_)
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
        for row in map(masked, found)
    ]  # fmt: skip
    mark = _remember(
        place, "rates:export_rows", {"round": round_.code, "rate": about.key if about else EVERYBODY, "rows": len(body)}
    )
    return csv_file.download(head, body, name=f"rates-rows-{round_.code}.csv", mark=mark)


def _remember(place: Place, action: str, facts: dict[str, Any]) -> Mark:
    """Write an export into the chain of looks of the body whose figures were taken along; return its mark."""
    actor = current_actor()
    body = place.university.id if place.university else actor.appointments[0].organisation_id
    mark = mark_of(actor, purpose="去向统计")
    with unit_of_work():
        note_export(
            mark,
            action=action,
            organisation_id=body,
            subject=place.university.code if place.university else "",
            actor=actor,
            facts=facts,
        )
    return mark
