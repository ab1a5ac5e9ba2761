"""One line says all of an operation: who may ask, what comes in, what goes out, whether it changes something.

`Resource.operation` puts the same steps around every view, in the order of the
answers that they give: who is it (401) → is the token meant for it (403) → is it well formed (415, 422) → then the
view inside a unit of work, which looks for the thing (404), compares versions
(428, 412) and asks the rules (403, 409). The document is written from the same
line, so it cannot say anything else.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Request, Response, g, request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict, WWWAuthenticate
from werkzeug.exceptions import BadRequest, Unauthorized, UnsupportedMediaType

from casework.api.document import PROBLEM
from casework.api.schemas.problem import Problem
from casework.api.scopes import needed_for
from casework.doors.api_tokens import permit_scope
from casework.doors.idempotency import HEADER, LONGEST, once
from casework.doors.unit import unit_of_work

SAFE = frozenset({"GET"})
View = Callable[..., Any]


class Parser(FlaskParser):
    """Webargs, told to refuse what no schema knows, wherever it stands."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "multipart": RAISE,
    }
    __location_map__: dict[str, str | Callable] = {  # noqa: RUF012
        **FlaskParser.__location_map__,
        "multipart": "load_multipart",
    }

    def load_multipart(self, req: Request, schema: Schema) -> MultiDictProxy:
        """Return the fields and the files of a form as one."""
        return self._makeproxy(MultiDict([*req.form.items(multi=True), *req.files.items(multi=True)]), schema)


class Resource(Blueprint):
    """A part of the API with its operations."""

    ARGUMENTS_PARSER = Parser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = {  # noqa: RUF012
        "json": "application/json",
        "multipart": "multipart/form-data",
    }

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api_{name}", __name__, description=description, url_prefix="/api/v1")
        self.tag = name

    def operation(
        self,
        method: str,
        rule: str,
        *,
        out: type[Schema] | None = None,
        status: int = 200,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        multipart: type[Schema] | None = None,
        match: bool = False,
        tagged: bool = False,
        may_repeat: bool = False,
        own_units: bool = False,
        writes: bool | None = None,
        media_type: str | None = None,
    ) -> Callable[[View], View]:
        """Register a view, wrapped and documented.

        `match`: asks for If-Match. `tagged`: answers with an ETag. `may_repeat`: a POST that keeps no answer for
        its Idempotency-Key. `own_units`: the view opens its units of work itself.
        `writes`: a GET that leaves a trace. `media_type`: what is answered, if not JSON.
        """
        changes = writes if writes is not None else method not in SAFE
        keyed = method == "POST" and not may_repeat
        scope = needed_for(self.tag, changes=changes)

        def register(view: View) -> View:
            wrapped = self.response(status, out, content_type=media_type, headers=_tag() if match or tagged else None)(
                view
            )
            if changes and not own_units:
                wrapped = _in_unit(wrapped, keyed=keyed)
            for schema, location in ((query, "query"), (multipart, "multipart"), (body, "json")):
                if schema is not None:
                    wrapped = self.arguments(schema, location=location)(wrapped)
            for code in _errors(method, match=match, body=bool(body or multipart or query), keyed=keyed):
                wrapped = self.alt_response(code, schema=Problem, content_type=PROBLEM)(wrapped)
            wrapped = self.doc(parameters=_headers(match=match, keyed=keyed), operationId=view.__name__)(wrapped)
            guarded = _guarded(wrapped, json=body is not None, multipart=multipart is not None, scope=scope)
            self.add_url_rule(rule, view.__name__, guarded, methods=[method], tags=[self.tag])
            return view

        return register


def _guarded(view: View, *, json: bool, multipart: bool, scope: str) -> View:
    @wraps(view)
    def guarded(*args: object, **kwargs: object) -> Response:
        if g.get("actor") is None:
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "casework"}))
        permit_scope(scope)
        if json:
            _check_json()
        if multipart and request.mimetype != "multipart/form-data":
            raise UnsupportedMediaType
        return view(*args, **kwargs)

    guarded.is_guarded = True  # type: ignore[attr-defined]
    return guarded


def _check_json() -> None:
    """Refuse what is no JSON before anybody tries to read it, numbers of 5,000 digits included."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        request.get_json()
    except RecursionError as deep:
        raise BadRequest from deep


def _in_unit(view: View, *, keyed: bool) -> View:
    @wraps(view)
    def inside(*args: object, **kwargs: object) -> Response:
        with unit_of_work():

            def work() -> Response:
                return view(*args, **kwargs)

            return once(work) if keyed else work()

    return inside


def _errors(method: str, *, match: bool, body: bool, keyed: bool) -> list[int]:
    codes = {400, 401, 403, 404}
    if method not in SAFE:
        codes.add(409)
    if match:
        codes |= {412, 428}
    if body or keyed:
        codes.add(422)
    return sorted(codes)


def _headers(*, match: bool, keyed: bool) -> list[dict[str, object]]:
    found = []
    if match:
        found.append(_header("If-Match", "the ETag that was read", required=True))
    if keyed:
        found.append(
            _header(HEADER, "the same key and content within a day get the same answer", required=False, most=LONGEST)
        )
    return found


def _header(name: str, description: str, *, required: bool, most: int = 1000) -> dict[str, object]:
    schema = {"type": "string", "minLength": 1, "maxLength": most}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _tag() -> dict[str, object]:
    return {"ETag": {"description": "the version that is answered", "schema": {"type": "string"}}}
