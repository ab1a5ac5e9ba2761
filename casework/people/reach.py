"""From an actor to what the second wall lets through: the organisations in which the policy table gives them anything.

Nothing is granted here. The scopes come from `workflows.access.scope_of`; this
module only says which actions need which kind of row. Whoever changes a case also
changes what hangs on it (its report goes stale, its lead is answered), so their
wall for reports and leads is as wide. What is finer than the organisation - a
college, what is sealed, kinds, states, one's own body - stays the queries' affair.
"""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import select

from casework import asking
from casework.asking import Reach
from casework.db import db
from casework.people.below import NOT_HANDLING, bodies_below
from casework.people.models import Organisation
from workflows import access
from workflows.access import ACTIONS, SYSTEM, Actor, Scope, scope_of

MATTERS = frozenset(
    {"case", "consequence", "person", "overdue", "import", "screening", "employer", "sample", "funnel", "rates"}
) | {"below", "export"}
GROUPS = {
    "cases": MATTERS,
    "records": MATTERS | {"campaign"},
    "reports": frozenset({"report", "filing"}),
    "leads": frozenset({"lead"}),
}
"""For each kind of thing the groups of actions that look at it."""
WITHOUT_MATTERS = {
    "journal": "shows entries of the journal, in which nothing personal stands",
    "audit": "shows entries of the journal likewise, and who read what of a matter by its number alone",
    "round": "settings; what they touch is asked for by the operation",
    "people": "accounts and offices",
    "deliveries": "messages, which name nobody",
    "service": "the machinery",
    "keys": "keys open what a look has reached already, they reach nothing",
}
"""Groups of actions that open no organisation's cases, and why."""
CHANGES_OF_CASES = frozenset(
    action for action in ACTIONS if action.startswith("case:") and action not in {"case:read", "case:spot_check"}
)
Place = tuple[int, access.Reach]


def reach_of(actor: Actor) -> Reach:
    """Return what somebody reaches of each kind of thing: one question for whoever has others below them."""
    if actor is SYSTEM:
        return asking.EVERYTHING
    places = _places(actor)
    known = _organisations_at(set().union(*places.values()), actor)
    return Reach(**{kind: _written(found, known) for kind, found in places.items()})


@lru_cache(maxsize=2048)
def _places(actor: Actor) -> dict[str, frozenset[Place]]:
    return {kind: frozenset(_asked(actor, kind)) for kind in asking.KINDS}


def _asked(actor: Actor, kind: str) -> Iterable[Place]:
    changing = CHANGES_OF_CASES if kind in {"reports", "leads"} else frozenset()
    for action in ACTIONS:
        if action.partition(":")[0] in GROUPS[kind] or action in changing:
            yield from ((scope.organisation_id, scope.reach) for scope in scope_of(actor, action))


def _organisations_at(places: Iterable[Place], actor: Actor) -> dict[int, tuple[int, ...]]:
    """Return the paths of the organisations at or under these places, by id; colleges and discipline bodies hold none.

    Under a root stands everything: nothing is asked for it. Where all below is reached the children are.
    """
    paths = {seat: _path(seat, actor) for seat, _ in places}
    known = dict(paths)
    below = {seat for seat, reach in places if reach is access.Reach.BELOW and len(paths[seat]) > 1}
    for seat in below:
        known |= bodies_below("/" + "/".join(map(str, paths[seat])) + "/")
    children = {seat for seat, reach in places if reach is access.Reach.CHILDREN} - below
    if children:
        wanted = select(Organisation.id, Organisation.path).where(
            Organisation.parent_id.in_(children), Organisation.kind.not_in(NOT_HANDLING)
        )
        known |= {row.id: tuple(map(int, row.path.strip("/").split("/"))) for row in db.session.execute(wanted)}
    return known


def _path(seat: int, actor: Actor) -> tuple[int, ...]:
    held = next(each.path for each in actor.appointments if each.seat_id == seat)
    return held[: held.index(seat) + 1]


def _written(places: Iterable[Place], known: dict[int, tuple[int, ...]]) -> str:
    if any(reach is access.Reach.BELOW and known[seat] == (seat,) for seat, reach in places):
        return asking.EVERYWHERE
    scopes = [Scope(seat, reach) for seat, reach in places]
    return asking.of({each for each, path in known.items() if any(scope.reaches(path) for scope in scopes)})
