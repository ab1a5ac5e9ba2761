"""What differed from concluded cases afterwards: questions, the reasons given for them, and the log of events."""

from flask import Response, current_app, stream_with_context

from casework.api import seen
from casework.api.case_work import record_of
from casework.api.resource import Resource
from casework.api.schemas.drifts import (
    DriftOut,
    DriftPage,
    DriftQuery,
    EventsQuery,
    JustificationDecisionIn,
    JustifiedOut,
    JustifyAheadIn,
    JustifyIn,
)
from casework.cases import drift_queries as queries
from casework.cases.drifts import Drift, JustifiedChange
from casework.cases.queries import get_case
from casework.cases.sealed_fields import PLAIN
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.operations.export_events import export_events
from casework.operations.justify_change import decide_change, justify_change, justify_drift

drifts = Resource("drifts", "What differed from concluded cases afterwards, and the reasons that were given for it")
UNNAMED = N_("未命名")


@drifts.operation("GET", "/drifts", query=DriftQuery, out=DriftPage)
def list_drifts(query: dict) -> object:
    """List the drifts of the caller's cases, the newest first."""
    actor = current_actor()
    known = queries.visible_drifts(actor, round_id=seen.round_(query["round"]).id)
    wanted = known.where(queries.CONDITIONS[query["state"]]) if query["state"] else known
    if query["organisation"]:
        wanted = wanted.where(Drift.organisation_id == seen.organisation(query["organisation"], actor, queries.READ).id)
    found = page_of(
        queries.with_all(wanted),
        known=known,
        name=Drift.ref,
        after=query["after"],
        limit=query["limit"],
        newest_first=True,
    )
    return {"items": [_drift(each) for each in found.items], "next": found.next}


@drifts.operation("GET", "/drifts/<name:ref>", out=DriftOut)
def read_drift(ref: str) -> object:
    """Read one drift."""
    return _drift(queries.get_drift(ref, current_actor()))


@drifts.operation("POST", "/drifts/<name:ref>/justifications", multipart=JustifyIn, out=JustifiedOut, status=201)
def justify_found(body: dict, ref: str) -> object:
    """Give the reason for a change that was found; another person decides."""
    actor = current_actor()
    return _justified(
        justify_drift(
            queries.get_drift(ref, actor, lock=True),
            reason=body["reason"],
            name=body["file"].filename or UNNAMED,
            content=body["file"].read(),
            actor=actor,
            settings=current_app.extensions["casework"],
        )
    )


@drifts.operation("POST", "/cases/<name:number>/justifications", multipart=JustifyAheadIn, out=JustifiedOut, status=201)
def justify_ahead(body: dict, number: str) -> object:
    """Give the reason for a change of a concluded case before it is imported; another person decides."""
    actor = current_actor()
    case = get_case(number, actor, lock=True)
    record = record_of(case, body["record"], required=True)
    if record is None:
        raise NotFound(N_("该毕业生不在本案之中。"))
    return _justified(
        justify_change(
            case,
            record=record,
            values={field: body[field] for field in PLAIN if body[field] is not None},
            reason=body["reason"],
            name=body["file"].filename or UNNAMED,
            content=body["file"].read(),
            actor=actor,
            settings=current_app.extensions["casework"],
        )
    )


@drifts.operation("POST", "/justifications/<name:ref>/decision", body=JustificationDecisionIn, out=JustifiedOut)
def decide_justification(body: dict, ref: str) -> object:
    """Accept a reason, by which the sealed fields move to the new values, or do not."""
    actor = current_actor()
    asked = queries.get_change(ref, actor, lock=True)
    decide_change(asked, accept=body["accept"], actor=actor)
    return _justified(asked)


@drifts.operation("GET", "/events", query=EventsQuery, writes=True, media_type="text/csv")
def export_event_log(query: dict) -> Response:
    """Hand out the event log of the cases of an organisation and those below it; that it was is journalled."""
    actor = current_actor()
    made = export_events(
        organisation=seen.organisation(query["organisation"], actor, "export"),
        round_=seen.round_(query["round"]),
        form=query["format"],
        actor=actor,
        with_persons=query["persons"],
    )
    answer = Response(stream_with_context(made.pieces()), mimetype=made.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


def _drift(found: Drift) -> dict[str, object]:
    names = ("ref", "state", "state_before", "source", "changes", "operator", "operator_role")
    moments = ("changed_at", "found_at", "justified_at")
    own = {name: getattr(found, name) for name in (*names, *moments)}
    return own | {"case": found.case.number, "asks": found.asks.number, "record": found.record.ref}


def _justified(asked: JustifiedChange) -> dict[str, object]:
    own = {name: getattr(asked, name) for name in ("ref", "changes", "asked_at", "decided_at", "accepted")}
    drift = asked.drift.ref if asked.drift else None
    return own | {"case": asked.case.number, "record": asked.record.ref, "drift": drift}
