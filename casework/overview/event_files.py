"""The event log as files: a table of events (CSV), and objects with their relations (OCEL 2.0, JSON).

Both are written piece by piece and read by any process mining software. OCEL:
Berti et al., OCEL (Object-Centric Event Log) 2.0 Specification, ocel-standard.org.
"""

import csv
import io
import json
from collections.abc import Iterator

from sqlalchemy import ColumnElement

from casework.cells import harmless
from casework.overview.event_log import (
    REPORT_ACTIVITIES,
    Event,
    Subject,
    Until,
    activities,
    case_events,
    report_events,
    subjects,
    until_now,
)

CSV, OCEL = "csv", "ocel"
FORMATS = {CSV: ("text/csv", "csv"), OCEL: ("application/json", "json")}
HEAD = ("case_id", "activity", "timestamp", "from_state", "to_state", "role", "organisation", "person")
EVENT_ATTRIBUTES = ("role", "from_state", "to_state", "person")
OBJECTS = {
    "case": ("kind", "nature", "origin", "severity"),
    "report": (),
    "record": (),
    "organisation": ("level",),
}


def pieces(condition: ColumnElement[bool], *, form: str, with_persons: bool, mark: tuple[str, str]) -> Iterator[str]:
    """Go through the text of the file that tells what had happened to these cases when it was begun.

    `mark` says whose copy it is: a heading and its words, in a column of its own or beside the four parts of OCEL.
    """
    return (_table if form == CSV else _objects)(condition, until_now(), with_persons=with_persons, mark=mark)


def _table(condition: ColumnElement[bool], until: Until, *, with_persons: bool, mark: tuple[str, str]) -> Iterator[str]:
    head = HEAD if with_persons else HEAD[:-1]
    yield _line((*head, mark[0]))
    for event in case_events(condition, until, with_persons=with_persons):
        row = (event.subject, event.activity, event.time, event.from_state, event.to_state, event.role)
        yield _line((*(*row, event.organisation, event.person)[: len(head)], mark[1]))


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(harmless(cell) for cell in cells)
    return text.getvalue()


def _objects(
    condition: ColumnElement[bool], until: Until, *, with_persons: bool, mark: tuple[str, str]
) -> Iterator[str]:
    named = EVENT_ATTRIBUTES if with_persons else EVENT_ATTRIBUTES[:-1]
    happened = [*activities(condition, until), *REPORT_ACTIVITIES]
    yield '{"objectTypes":' + _json([_type(name, attributes) for name, attributes in OBJECTS.items()])
    yield ',"eventTypes":' + _json([_type(activity, named) for activity in happened])
    yield ',"objects":['
    yield from _joined(_object(each) for each in subjects(condition, until))
    yield '],"events":['
    yield from _joined(_events(condition, until, named, with_persons=with_persons))
    yield "]," + _json(mark[0]) + ":" + _json(mark[1]) + "}\n"


def _events(
    condition: ColumnElement[bool], until: Until, named: tuple[str, ...], *, with_persons: bool
) -> Iterator[str]:
    for event in case_events(condition, until, with_persons=with_persons):
        yield _event(event, named, "case")
    for event in report_events(condition, until, with_persons=with_persons):
        yield _event(event, named, "report")


def _event(event: Event, named: tuple[str, ...], qualifier: str) -> str:
    return _json(
        {
            "id": event.id,
            "type": event.activity,
            "time": event.time,
            "attributes": [{"name": name, "value": getattr(event, name)} for name in named],
            "relationships": [
                {"objectId": event.subject, "qualifier": qualifier},
                {"objectId": event.organisation, "qualifier": "organisation"},
                *({"objectId": ref, "qualifier": "about"} for ref in event.about),
            ],
        }
    )


def _object(subject: Subject) -> str:
    attributes = [{"name": name, "value": value, "time": subject.since} for name, value in subject.attributes.items()]
    related = [{"objectId": name, "qualifier": what} for name, what in subject.related]
    return _json({"id": subject.id, "type": subject.type, "attributes": attributes, "relationships": related})


def _type(name: str, attributes: tuple[str, ...]) -> dict[str, object]:
    return {"name": name, "attributes": [{"name": each, "type": "string"} for each in attributes]}


def _joined(parts: Iterator[str]) -> Iterator[str]:
    for place, part in enumerate(parts):
        yield ("," if place else "") + part


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
