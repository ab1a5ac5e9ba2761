"""How a row is called: the address with the parts of a thing, and a plausible body where one is asked for."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from casework.people.models import Person
from tests.access.office import PDF, Thing, Tried
from tests.access.table import Row
from workflows.access import Role

REFS = {
    "withdraw-evidence": "evidence",
    "withdraw-correction": "correction",
    "complete-correction": "correction",
    "withdraw-consequence": "consequence",
    "approve-hold": "hold",
    "refuse-hold": "hold",
    "end-hold": "hold",
    "finish-measure": "index",
    "web.look": "record",
    "web.case_file": "evidence",
    "api_case-work.decide_hold": "hold",
    "api_case-work.end_hold": "hold",
    "api_evidence.download_evidence": "evidence",
    "api_evidence.withdraw_evidence": "evidence",
    "api_oversight.withdraw_a_consequence": "consequence",
    "api_evidence.complete_correction": "correction",
    "api_evidence.withdraw_correction": "correction",
    "web.change_ahead_decide": "ref",
    "web.filing_act": "report",
}
"""Which part of a thing an address means by `ref`, where that is not the thing's own."""
PLAIN = {"integer": 1, "boolean": True, "number": 1}
FORM = {
    **dict.fromkeys(("done_on", "received_on", "due_on", "on", "until_on"), "2024-08-05"),
    "agree": "yes",
    "number": "鄂备〔2024〕1号",
    "receiver": "于红秀",
    "format": "csv",
    "verb": "resend",
    "kind": "margin",
    "margin": "5",
    "size": "",
    "rate": "5",
    "declared": "1",
    "minimum": "1",
    "reason": "核查需要",
}
"""What forms are filled in with, so that it is the right that is asked for and not the form that is refused."""
DAY, MOMENT = "2024-08-05", "2024-08-05T09:00:00+08:00"


class Caller:
    """Calls rows with the things of an office, as the people of it."""

    def __init__(self, app: Any, tried: Tried, document: Mapping[str, Any]) -> None:
        self.tried, self.document = tried, document
        self.rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
        person: Person = tried.staff.person(Role.INVESTIGATOR, "own")
        self.known = {
            "organisation": tried.staff.bodies["own"].code,
            "round": tried.round_.code,
            "person": person.ref,
            "to": person.ref,
        }

    def address(self, row: Row, thing: Thing | None) -> str:
        """Return the path of a call."""
        parts = {"code": self.tried.round_.code, "name": "x", "table": "violation", "filename": "x", "version": "1"}
        parts |= {} if row.of == "body:organisation" else dict(thing.parts if thing else {})
        parts |= dict(row.words)
        name = REFS.get(row.words.get("what", ""), REFS.get(row.endpoint, "ref"))
        parts["ref"] = parts.get(name, parts.get("ref", "x"))
        rule = self.rules[row.endpoint]
        wanted = {each: parts.get(each, "x") for each in rule.arguments}
        wanted = {each: int(value) if each == "index" else value for each, value in wanted.items()}
        _, path = rule.build(wanted, append_unknown=False)
        return path

    def given(self, row: Row, thing: Thing | None) -> dict[str, Any]:
        """Return what goes along with a call: a question, a form or a body."""
        named = self.known | dict(thing.parts if thing else {}) | dict(row.words)
        if row.endpoint.startswith("web."):
            return {"data": FORM | named | {"file": (BytesIO(PDF), "a.pdf")}} if row.writes else {}
        operation = self._operation(row)
        asked = {
            each["name"]: self._plausible(each["schema"], each["name"], named)
            for each in operation.get("parameters", ())
            if each["in"] == "query" and (each.get("required") or each["name"] == "organisation")
        }
        if row.of == "query:organisation":
            asked |= {"organisation": named["organisation"]}
        found: dict[str, Any] = {"query_string": asked} if asked else {}
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            body = self._plausible(content["schema"], "", named)
            if media_type == "application/json":
                return found | {"json": body}
            files = {name: (BytesIO(PDF), "a.pdf") for name in body if name == "file"}
            return found | {"data": body | files, "content_type": media_type}
        return found

    def _operation(self, row: Row) -> Mapping[str, Any]:
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", self.rules[row.endpoint].rule)
        return self.document["paths"].get(path, {}).get(row.method.lower(), {})

    def _plausible(self, schema: Mapping[str, Any], name: str, named: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - a line a kind
        if "$ref" in schema:
            part = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
            return self._plausible(part, name, named)
        for several in ("allOf", "anyOf", "oneOf"):
            if several in schema:
                return self._plausible(schema[several][0], name, named)
        if name in named:
            return named[name]
        if schema.get("enum"):
            return next(value for value in schema["enum"] if value is not None)
        kind = schema.get("type")
        kind = next(each for each in kind if each != "null") if isinstance(kind, list) else kind
        if kind == "object":
            wanted = {*schema.get("required", ()), *(named.keys() & schema.get("properties", {}).keys())}
            return {each: self._plausible(schema["properties"][each], each, named) for each in sorted(wanted)}
        if kind == "array":
            return [self._plausible(schema["items"], name, named)]
        if kind == "string":
            return {"date": DAY, "date-time": MOMENT}.get(schema.get("format", ""), "abc")
        return PLAIN.get(kind, "abc")
