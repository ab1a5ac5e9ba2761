"""An office with a case in every state that matters, and the changes of its round that tests look at and make."""

from datetime import date

import pytest

from casework import clock
from casework.cases.models import Hold
from casework.doors.unit import unit_of_work
from casework.operations.change_dates import change_dates, change_own_date
from casework.operations.change_settings import change_settings
from casework.operations.fire_timers import fire_timers
from casework.operations.retime import retime
from casework.operations.retime_report import retime_report
from tests.casework.notices.office import OPENED, beijing
from workflows.access import SYSTEM

TODAY = beijing(7, 30, 10)  # a Tuesday; the university's date is Monday 5 August


def settings_with(round_, **changes):
    return {**round_.settings, **changes}


def without(round_, code):
    return [rung for rung in round_.settings["ladder"] if rung["code"] != code]


@pytest.fixture
def full(office):
    """Return an office with a case in every state that matters, a report, and what was due said."""
    people = office.people
    with clock.stopped_at(OPENED), unit_of_work():
        cases = {
            "early": office.make_case(severity="low", state="investigating"),
            "late": office.make_case(severity="low", state="investigating", state_since=beijing(7, 30)),
            "waiting": office.make_case(severity="low", state="corrected", owner=people["second"]),
            "nobody": office.make_case(severity="low", state="investigating", state_since=beijing(7, 30), owner=None),
            "held": office.make_case(severity="low", state="investigating"),
            "after": office.make_case(opened_at=beijing(7, 30), state_since=beijing(7, 30)),
            "history": office.make_case(origin="history"),
            "filed": office.make_case(state="filed"),
        }
        cases["held"].holds.append(
            Hold(
                reason="公证",
                asked_by_id=people["owner"].id,
                approved_by_id=people["supervisor"].id,
                approved_at=OPENED,
                until_on=date(2024, 8, 20),
            )
        )
        report = office.make_report()
    with clock.stopped_at(beijing(7, 30, 9)), unit_of_work():
        for case in cases.values():
            retime(case)
        retime_report(report)
    for moment in (beijing(7, 30, 9, 1), beijing(7, 30, 9, 59)):
        with clock.stopped_at(moment), unit_of_work():
            fire_timers()
    return office


def to_the_first(office, **rest):
    return change_dates(office.round, dates={"university": date(2024, 8, 1)}, reason="通知改期", actor=SYSTEM, **rest)


def to_the_past(office, **rest):
    return change_dates(office.round, dates={"university": date(2024, 7, 29)}, reason="通知改期", actor=SYSTEM, **rest)


def to_a_saturday(office, **rest):
    return change_dates(office.round, dates={"university": date(2024, 8, 3)}, reason="通知改期", actor=SYSTEM, **rest)


def own_date(office, **rest):
    given = {"organisation": office.university, "on": date(2024, 7, 31), "reason": "校内安排", "actor": SYSTEM}
    return change_own_date(office.round, **given, **rest)


def change(office, settings, **rest):
    version = office.round.settings_version
    return change_settings(office.round, settings=settings, version=version, reason="试行", actor=SYSTEM, **rest)


def shorter_limits(office, **rest):
    limits = {severity: {"begin": 1, "conclude": 1, "accept": 1} for severity in office.round.settings["limits"]}
    return change(office, settings_with(office.round, limits=limits), **rest)


def a_rung_less(office, **rest):
    return change(office, settings_with(office.round, ladder=without(office.round, "escalate_2")), **rest)


def other_offsets(office, **rest):
    ladder = [
        rung | {"offset": rung["offset"] - 1} if rung["basis"] == "target" else rung
        for rung in office.round.settings["ladder"]
    ]
    return change(office, settings_with(office.round, ladder=ladder), **rest)


def other_targets(office, **rest):
    targets = {"accepted_before": 3, "signed_before": 3}
    return change(office, settings_with(office.round, internal_targets=targets), **rest)


CHANGES = [
    to_the_first,
    to_the_past,
    to_a_saturday,
    own_date,
    shorter_limits,
    a_rung_less,
    other_offsets,
    other_targets,
]
