"""What others read our event log with: the published schema of OCEL 2.0, and the case table as a Petri net for pm4py.

The schema says what https://www.ocel-standard.org/2.0/ocel20-schema-json.json (draft 7) requires.
"""

from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

from workflows.case import CASE_STATES, CASE_STEPS


def _listed(*required, **properties):
    return {
        "type": "array",
        "items": {"type": "object", "properties": properties, "required": list(required)},
    }


_TEXT, _MOMENT = {"type": "string"}, {"type": "string", "format": "date-time"}
_TYPES = _listed("name", "attributes", name=_TEXT, attributes=_listed("name", "type", name=_TEXT, type=_TEXT))
_RELATIONS = _listed("objectId", "qualifier", objectId=_TEXT, qualifier=_TEXT)
OCEL_SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["eventTypes", "objectTypes", "events", "objects"],
    "properties": {
        "eventTypes": _TYPES,
        "objectTypes": _TYPES,
        "events": _listed(
            "id", "type", "time", id=_TEXT, type=_TEXT, time=_MOMENT, relationships=_RELATIONS,
            attributes=_listed("name", "value", name=_TEXT, value=_TEXT),
        ),
        "objects": _listed(
            "id", "type", id=_TEXT, type=_TEXT, relationships=_RELATIONS,
            attributes=_listed("name", "value", "time", name=_TEXT, value=_TEXT, time=_MOMENT),
        ),
    },
}  # fmt: skip


def case_net():
    """Return the table of a case as a net: a place for each state, a transition for each step, an end everywhere."""
    net = PetriNet("case")
    places = {state.name: PetriNet.Place(state.name) for state in CASE_STATES}
    source, sink = PetriNet.Place("source"), PetriNet.Place("sink")
    net.places.update({source, sink, *places.values()})

    def join(name, label, begin, end):
        transition = PetriNet.Transition(name, label)
        net.transitions.add(transition)
        add_arc_from_to(begin, transition, net)
        add_arc_from_to(transition, end, net)

    join("open", "open>flagged", source, places["flagged"])
    for step in CASE_STEPS:
        for state in step.sources:
            join(
                f"{state}.{step.action}.{step.target}",
                f"{step.action}>{step.target}",
                places[state],
                places[step.target],
            )
    for name, place in places.items():
        join(f"end.{name}", None, place, sink)
    return net, Marking({source: 1}), Marking({sink: 1})
