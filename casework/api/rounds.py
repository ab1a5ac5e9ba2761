"""Rounds: their dates, settings and code tables, for everybody who serves in one."""

from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.rounds import (
    ChangeOut,
    ChangeQuery,
    DatesChangeIn,
    EntriesOut,
    OwnDateIn,
    RoundIn,
    RoundOut,
    RoundsOut,
    SettingsChangeIn,
    TableQuery,
)
from casework.doors.sessions import current_actor
from casework.errors import N_, Invalid, NotFound
from casework.operations.change_dates import DatesChanged, change_own_date
from casework.operations.change_dates import change_dates as changing_dates
from casework.operations.change_settings import SettingsChanged, change_settings
from casework.operations.open_round import copy_round, open_round
from casework.operations.promise_look import DATES, OWN_DATE, SETTINGS, promise_look, too_much
from casework.people.queries import get_organisation
from casework.rounds import queries
from casework.rounds.models import Round

rounds = Resource("rounds", "Rounds with their dates, settings and code tables")


@rounds.operation("GET", "/rounds", query=Query, out=RoundsOut)
def list_rounds(_query: dict) -> object:
    """List the open rounds, newest cohort first."""
    return {"items": queries.open_rounds(), "next": None}


@rounds.operation("GET", "/rounds/<name:code>", query=Query, out=RoundOut)
def read_round(_query: dict, code: str) -> Round:
    """Read one round with its settings."""
    return queries.get_round(code)


@rounds.operation("GET", "/rounds/<name:code>/tables/<name:table>", query=TableQuery, out=EntriesOut)
def read_table(query: dict, code: str, table: str) -> object:
    """Read one code table of a round."""
    entries = queries.table(queries.get_round(code).id, table)
    if not entries:
        raise NotFound(N_("轮次 %(code)s 没有代码表 %(table)s。"), params={"code": code, "table": table})
    wanted = query["parent"]
    return {"items": [row for row in entries.values() if wanted in (None, row.parent_code)], "next": None}


@rounds.operation("POST", "/rounds", body=RoundIn, out=RoundOut, status=201)
def create_round(body: dict) -> Round:
    """Open a round: one that ships with the service, or a copy of an earlier one with a date for every level."""
    if bool(body["shipped"]) == bool(body["copy_of"]):
        raise Invalid(N_("请在 shipped 和 copy_of 中给出一个。"), fields={"shipped": N_("二者取一。")})
    if body["shipped"]:
        return open_round(shipped=body["shipped"], actor=current_actor())
    missing = {name: N_("必填。") for name in ("code", "name", "cohort", "dates") if not body[name]}
    if missing:
        raise Invalid(N_("新轮次的内容不完整，没有保存。"), fields=missing)
    dates = {level: day for level, day in body["dates"].items() if day is not None}
    given = {name: body[name] for name in ("code", "name", "cohort")}
    return copy_round(queries.get_round(body["copy_of"]), dates=dates, actor=current_actor(), **given)


@rounds.operation("POST", "/rounds/<name:code>/dates", body=DatesChangeIn, query=ChangeQuery, out=ChangeOut)
def change_dates(body: dict, query: dict, code: str) -> object:
    """Change dates of the notice, or with `dry_run` only say what that would move and whom it would tell."""
    round_ = queries.get_round(code)
    dates = {level: day for level, day in body["dates"].items() if day is not None}
    if query["dry_run"] and too_much(round_):
        return _promised(round_, DATES, {"dates": {level: day.isoformat() for level, day in dates.items()}})
    common = {"reason": body["reason"], "actor": current_actor(), "dry_run": query["dry_run"]}
    return _changed(changing_dates(round_, dates=dates, **common), dry_run=query["dry_run"])


@rounds.operation("POST", "/rounds/<name:code>/own-dates", body=OwnDateIn, query=ChangeQuery, out=ChangeOut)
def change_own(body: dict, query: dict, code: str) -> object:
    """Set, move or drop the earlier date of one organisation, or with `dry_run` say what that would move."""
    round_, organisation = queries.get_round(code), get_organisation(body["organisation"])
    if query["dry_run"] and too_much(round_):
        on = body["on"].isoformat() if body["on"] else ""
        return _promised(round_, OWN_DATE, {"organisation": organisation.code, "on": on})
    common = {"reason": body["reason"], "actor": current_actor(), "dry_run": query["dry_run"]}
    return _changed(
        change_own_date(round_, organisation=organisation, on=body["on"], **common), dry_run=query["dry_run"]
    )


@rounds.operation("POST", "/rounds/<name:code>/settings", body=SettingsChangeIn, query=ChangeQuery, out=ChangeOut)
def change_round_settings(body: dict, query: dict, code: str) -> object:
    """Replace the settings of a round as a whole, or with `dry_run` say what that would move and whom it would tell."""
    round_ = queries.get_round(code)
    given = {"settings": body["settings"], "version": body["version"]}
    if query["dry_run"] and too_much(round_):
        return _promised(round_, SETTINGS, {**given, "form": []})
    common = {"reason": body["reason"], "actor": current_actor(), "dry_run": query["dry_run"]}
    return _changed(change_settings(round_, **given, **common), dry_run=query["dry_run"])


def _changed(done: DatesChanged | SettingsChanged, *, dry_run: bool) -> dict[str, object]:
    return {"dry_run": dry_run, "plan": done.plan, "job": done.job or None}


def _promised(round_: Round, what: str, given: dict) -> dict[str, object]:
    promised = promise_look(round_, what=what, given=given, actor=current_actor())
    return {"dry_run": True, "plan": None, "job": promised.ref}
