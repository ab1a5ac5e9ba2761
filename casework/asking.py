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

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import astuple, dataclass, fields, replace

from flask import has_request_context, request
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

EVERYWHERE = "*"
_SAID = "casework.asking"


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
def reaching(*kinds: str, why: str) -> Iterator[None]:  # noqa: ARG001 - said to whoever reads the code, and to a test
    """Look at these kinds of things everywhere inside the block (or function, as its decorator), for a reason.

    What the block has changed must be flushed in it: outside the database judges by the narrower reach.
    """
    with standing_for(replace(current(), **dict.fromkeys(kinds, EVERYWHERE))):
        yield


def attach(engine: Engine) -> None:
    """Let every transaction of this engine say who asks, as soon as it asks anything; SQLite has no such wall."""
    if engine.dialect.name != "postgresql":
        return
    event.listen(engine, "begin", _forget)
    event.listen(engine, "rollback_savepoint", _forget)
    event.listen(engine, "before_cursor_execute", _say)


def _forget(connection: Connection, *_: object) -> None:
    connection.info.pop(_SAID, None)


def _say(connection: Connection, *_: object) -> None:
    reach = current()
    if connection.info.get(_SAID, NOTHING) == reach:
        return
    connection.info[_SAID] = reach  # first: what says it is a statement too
    connection.exec_driver_sql(_SAY, astuple(reach))
