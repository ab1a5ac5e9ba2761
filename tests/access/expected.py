"""What each call must be answered with, from the policy table alone.

Nothing of the service is asked here. What somebody does not see does not exist
(404); what is seen and not granted is refused (403); what is granted is neither,
and no fault either: what came with the call may still be wrong (422, 428), out of
date (412) or against the rules of the life cycle (409).
"""

from dataclasses import replace

from tests.access.office import Thing
from tests.access.table import ANYBODY, EVERY, OPEN, OWN, SAMPLE, SERVES, Row
from workflows.access import Actor, Role, permitted, scope_of

GRANTED = 0
NOT_FOUND, FORBIDDEN, OUR_FAULT = 404, 403, 500
REFUSALS = frozenset({401, FORBIDDEN, NOT_FOUND})
SIGNS_IN = "/login?next="
SEEN_BY = {
    "case": "case:read",
    "body:case": "case:read",
    "drift": "case:read",
    "justification": "case:read",
    "lead": "lead:read",
    "report": "report:read",
    "filing": "filing:read",
    "upload": "report:read",
    "campaign": "campaign:read",
    "task": "campaign:read",
    "mandate": "report:read",
    "delivery": "deliveries:look",
}
"""By which right a thing exists for somebody, whatever else is asked about it."""
LAST_WORD = frozenset({"filing", "body:back_test"})
"""What only the people of one body may change, whoever else holds the right: who receives it, who governs the round."""


def expected(actor: Actor, name: str, row: Row, thing: Thing | None) -> int:  # noqa: PLR0911 - a line a rule
    """Return the status of a refusal, or GRANTED."""
    if row.needs in ((OPEN,), (ANYBODY,)):
        return GRANTED
    if row.needs == (OWN,):
        mine = thing is not None and thing.whose == name
        return GRANTED if mine else _of_own(actor, row, thing)
    if row.needs == (EVERY,):
        every = any((scope.kinds, scope.states) == (None, None) for scope in scope_of(actor, "case:read"))
        return GRANTED if every else row.refused
    if row.needs == (SAMPLE,):
        return _of_sample(actor, row, thing)
    if row.after and not scope_of(actor, row.after):
        return NOT_FOUND
    if row.nowhere and not _anywhere(actor, row):
        return row.nowhere
    if thing is not None and thing.kind == "round":
        return _of_service(actor, row, thing)
    if thing is None:
        return GRANTED if _anywhere(actor, row) else row.refused
    special = {"service": _of_service, "spot": _of_spot, "referral": _of_spot, "organisation": _of_organisation}
    if row.needs == (SERVES,) or thing.kind in ("service", "spot", "referral"):
        return special[thing.kind](actor, row, thing)
    return _of_thing(actor, name, row, thing)


def _of_own(actor: Actor, row: Row, thing: Thing | None) -> int:
    """Judge what is somebody else's: it does not exist, but a page that asks for a right first says so."""
    if thing is not None and thing.facts and _audits(actor, thing):
        return FORBIDDEN
    if row.of == "look" and not scope_of(actor, "round:settings"):
        return FORBIDDEN
    return NOT_FOUND


def _audits(actor: Actor, thing: Thing) -> bool:
    """Say whether somebody reads what was asked without ever answering: an auditor of the place."""
    seats = [replace(actor, appointments=(held,)) for held in actor.appointments if held.role is Role.AUDITOR]
    return any(permitted(seat, "audit:looks", **thing.facts) is None for seat in seats)


def _anywhere(actor: Actor, row: Row) -> bool:
    return any(scope_of(actor, action) for action in row.needs)


def _of_thing(actor: Actor, name: str, row: Row, thing: Thing) -> int:
    if thing.kind == "sample" and _of_sample(actor, row, thing) != GRANTED:
        return NOT_FOUND
    if not exists_for(actor, row, thing):
        return NOT_FOUND
    refusals = [permitted(actor, action, **thing.facts) for action in row.needs]
    if thing.kind in LAST_WORD and row.writes and None in refusals:
        return GRANTED if name.endswith(f"@{thing.whose}") else FORBIDDEN
    if row.owner == OWN and None in refusals and thing.whose != name:
        return row.refused
    if row.owner and None in refusals and thing.whose != name:
        refusals = [permitted(actor, row.owner, **thing.facts)]
    if None in refusals or (thing.kind == "tie" and thing.whose == name):
        return GRANTED
    return row.refused if any(each.code == "not_permitted" for each in refusals) else NOT_FOUND


def exists_for(actor: Actor, row: Row, thing: Thing) -> bool:
    """Say whether a thing is there at all for somebody, whatever they may do with it."""
    seen_by = row.seen or SEEN_BY.get(thing.kind)
    return seen_by is None or permitted(actor, seen_by, **thing.facts) is None


def _of_sample(actor: Actor, row: Row, thing: Thing | None) -> int:
    """Judge what speaks of a whole organisation: who reads one college or some kinds of cases sees none of it."""
    whole = [
        scope
        for scope in scope_of(actor, "case:read")
        if (scope.college_id, scope.kinds, scope.states) == (None, None, None)
    ]
    if thing is None:
        return GRANTED if whole else row.refused
    return GRANTED if any(scope.reaches(thing.facts["organisation_path"]) for scope in whole) else NOT_FOUND


def _of_service(actor: Actor, row: Row, thing: Thing) -> int:
    """Judge the machinery: it belongs to the administrators who sit highest, here those of the ministry."""
    seats = {scope.organisation_id for action in row.needs for scope in scope_of(actor, action)}
    return GRANTED if thing.facts["highest"] in seats else row.refused


def _of_spot(actor: Actor, row: Row, thing: Thing) -> int:
    """Judge a case that was drawn, or offered to the level above: the body that drew it, or was asked, decides."""
    seats = {scope.organisation_id for action in row.needs for scope in scope_of(actor, action)}
    if not seats:
        return row.refused
    return GRANTED if thing.facts["organisation_path"][-1] in seats else NOT_FOUND


def _of_organisation(actor: Actor, _row: Row, thing: Thing) -> int:
    """Judge whether somebody serves in an organisation or above it."""
    seats = {seat for held in actor.appointments for seat in (held.seat_id, held.organisation_id)}
    return GRANTED if seats & set(thing.facts["organisation_path"]) else NOT_FOUND


def is_as(wanted: int, status: int, *, to: str = "", lacks: bool = False) -> bool:
    """Say whether an answer is what was expected; `to` is where it leads, `lacks` that a part of it is not there."""
    if lacks and wanted == GRANTED and status == NOT_FOUND:
        return True
    if wanted != GRANTED:
        return status == wanted
    sent_away = to.startswith(SIGNS_IN)
    return status not in REFUSALS and status < OUR_FAULT and not sent_away
