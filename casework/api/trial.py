"""The document, and a page of our own on which every operation can be tried with one's token.

Drawn here, with one small script of ours, because the content policy allows no
script from elsewhere. The token stays in the page: it is stored nowhere.
"""

from collections.abc import Iterable
from functools import cache

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from werkzeug.routing import BaseConverter

from casework.api.document import described
from casework.api.resource import Resource
from casework.doors.sessions import open_to_all


def pages(resources: Iterable[Resource], names: type[BaseConverter]) -> Blueprint:
    """Return the routes of the document and of the page to try it.

    The document is written when somebody first asks for it: that takes longer
    than everything else that an application does when it starts.
    """
    blueprint = Blueprint("api", __name__)

    @cache
    def document() -> dict:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - Flask's own way
        return described(app, resources, names=names)

    @open_to_all
    def openapi_json() -> Response:
        return jsonify(document())

    @open_to_all
    def try_it() -> str:
        return render_template("api_trial.html", groups=_groups(document()))

    blueprint.add_url_rule("/api/openapi.json", "openapi_json", openapi_json)
    blueprint.add_url_rule("/api/try", "try_it", try_it)
    return blueprint


def _groups(document: dict) -> dict[str, list[dict]]:
    """Return the operations by tag, in the order of the document."""
    groups: dict[str, list[dict]] = {}
    for path, methods in document["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method == "parameters":
                continue
            content = operation.get("requestBody", {}).get("content", {})
            groups.setdefault(operation["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "parameters": [*shared, *operation.get("parameters", [])],
                    "media_type": next(iter(content), ""),
                    "body": _example(document, content),
                }
            )
    return groups


def _example(document: dict, content: dict) -> dict[str, object]:
    """Return an empty body with every field of the schema."""
    for media in content.values():
        name = media["schema"]["$ref"].rsplit("/", 1)[-1]
        properties = document["components"]["schemas"][name].get("properties", {})
        return {field: _blank(schema) for field, schema in properties.items()}
    return {}


def _blank(schema: dict) -> object:
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    return {"integer": 0, "boolean": False, "array": []}.get(kind if isinstance(kind, str) else "", "")
