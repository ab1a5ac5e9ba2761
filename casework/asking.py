"""Who is asking the database: said to PostgreSQL in every transaction, because its policies let through what was said.

The policies of the migrations (`wall_rows`) compare a row's organisation with
four settings of the transaction, one for each kind of thing. A connection that
has said nothing sees no row at all. So this is a second wall behind the queries:
one that forgets the scope of a person finds nothing of other organisations.

Three ask. A *person* in a request, with the organisations that the policy table
gives them (`people.reach`). The *system*, wherever there is no request: jobs,
commands, migrations of rows. And a *visitor*, who is every request until it has
said more, and reaches nothing. An operation that must look further than whoever
began it says so where it does, with its reason: `reaching(…)`.

The settings end with the transaction, and are said again after whatever took
them back: so nothing outlives a request in the pool. Without a transaction
nothing can be said, and nothing is seen.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import astuple, dataclass, fields, replace
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.engine import Connection, ExceptionContext

from casework.db import db
from casework.errors import N_, Forbidden

EVERYWHERE = "*"
log = logging.getLogger("casework.asking")
_SAID = "casework.asking"
_CHECKS = "ExecWithCheckOptions"
"""Where PostgreSQL compares a new row with its policies: a name, unlike the message, is the same in every language."""


@dataclass(frozen=True)
class Reach:
    """Of which organisations each kind of thing is seen: an array of ids as PostgreSQL writes it, "*" all, "" none."""

    cases: str = ""
    leads: str = ""
    records: str = ""
    reports: str = ""


KINDS = tuple(field.name for field in fields(Reach))
NOTHING = Reach()
EVERYTHING = Reach(*[EVERYWHERE] * len(KINDS))
_SAY = "SELECT " + ", ".join(f"set_config('casework.{kind}', %s, true)" for kind in KINDS)
_lent: ContextVar[Reach | None] = ContextVar("casework_reach", default=None)


def of(ids: Collection[int]) -> str:
    """Write ids of organisations as a part of a `Reach`."""
    return "{" + ",".join(map(str, sorted(ids))) + "}" if ids else ""


def current() -> Reach:
    """Return what whoever is asking at this moment reaches."""
    lent = _lent.get()
    if lent is not None:
        return lent
    if has_request_context():
        return request.environ.get(_SAID, NOTHING)
    return EVERYTHING


def speak_for(reach: Reach) -> None:
    """Let the rest of this request see what this person reaches; the next one begins with nothing."""
    request.environ[_SAID] = reach


@contextmanager
def standing_for(reach: Reach) -> Iterator[None]:
    """Ask with this reach inside the block, whoever asks outside of it."""
    token = _lent.set(reach)
    try:
        yield
    finally:
        _lent.reset(token)


@contextmanager
def reaching(*kinds: str, why: str, writes: bool = False) -> Iterator[None]:  # noqa: ARG001 - told to whoever reads
    """Look at these kinds of things everywhere inside the block (or function, as its decorator), for a reason.

    With `writes`, what was changed is written before it ends: outside, the wall judges by the narrower reach.
    """
    with standing_for(replace(current(), **dict.fromkeys(kinds, EVERYWHERE))):
        yield
        if writes:
            db.session.flush()


def reach_further(*kinds: str, why: str) -> None:  # noqa: ARG001 - told to whoever reads
    """Let the rest of this request look at these kinds of things everywhere, for a reason."""
    speak_for(replace(current(), **dict.fromkeys(kinds, EVERYWHERE)))


def attach(engine: Engine) -> None:
    """Let every transaction of this engine say who asks, as soon as it asks anything; SQLite has no such wall."""
    if engine.dialect.name != "postgresql":
        return
    event.listen(engine, "begin", _forget)
    event.listen(engine, "rollback_savepoint", _forget)
    event.listen(engine, "before_cursor_execute", _say)
    event.listen(engine, "handle_error", _refused)


def see_always(engine: Engine, *kinds: str) -> None:
    """Let connections of this engine see these kinds of things everywhere, outside transactions too.

    For an engine of one question, which nobody else uses.
    """
    if engine.dialect.name != "postgresql":
        return

    def ask(_dialect: Dialect, _record: object, _given: object, named: dict[str, Any]) -> None:
        said = " ".join(f"-c casework.{kind}={EVERYWHERE}" for kind in kinds)
        named["options"] = f"{named.get('options', '')} {said}".strip()

    event.listen(engine, "do_connect", ask)


def _forget(connection: Connection, *_: object) -> None:
    connection.info.pop(_SAID, None)


def _say(connection: Connection, *_: object) -> None:
    reach = current()
    if connection.info.get(_SAID, NOTHING) == reach:
        return
    connection.info[_SAID] = reach  # first: what says it is a statement too
    connection.exec_driver_sql(_SAY, astuple(reach))


def _refused(met: ExceptionContext) -> Forbidden | None:
    """Turn the wall's word on a row of somebody else's into ours; what is wrong otherwise stays what it is."""
    told = getattr(met.original_exception, "diag", None)
    if getattr(told, "source_function", None) != _CHECKS:
        return None
    log.warning("the wall of rows has refused a change")  # the queries let it through: a fault of ours
    return Forbidden(
        N_("这项操作涉及您职责范围以外单位的内容，没有保存任何内容。如确需办理，请联系本单位就业部门负责人。"),
        code="outside_the_wall",
    )
