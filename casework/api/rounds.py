"""Rounds: their dates, settings and code tables, for everybody who serves in one."""

from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.rounds import EntriesOut, RoundIn, RoundOut, RoundsOut, TableQuery
from casework.doors.sessions import current_actor
from casework.errors import N_, Invalid, NotFound
from casework.operations.open_round import copy_round, open_round
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
