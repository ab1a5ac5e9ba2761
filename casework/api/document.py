"""The OpenAPI 3.1 document: every error is problem details, every operation wants a token."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint
from werkzeug.routing import BaseConverter

from casework.api.schemas import fields
from casework.api.schemas.problem import Problem

PROBLEM = "application/problem+json"
DESCRIPTION = (
    "Cases, reports and filings of the yearly self-check of graduates' registered employment. "
    "Send `Authorization: Bearer <token>`. A POST may carry an `Idempotency-Key`; a change of a case carries "
    "`If-Match` with the `ETag` that was read. Lists answer `{items, next}`; ask for the next page with "
    "`after=<next>`. Sentences come in Chinese or English (`Accept-Language`, or `lang=en`)."
)


class Document(Api):
    """Flask-Smorest's document, without its own error shape, pages and handlers."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave every error to `doors.problems`."""

    def _register_responses(self) -> None:
        """Say of each operation itself which errors it answers with."""

    def _register_doc_blueprint(self) -> None:
        """Serve the document ourselves, in `routes`."""


def described(app: Flask, resources: Iterable[Blueprint], *, names: type[BaseConverter]) -> dict[str, Any]:
    """Return the document of these resources, which are attached to the application already."""
    app.config.update(API_TITLE="casework", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    options: dict[str, Any] = {
        "info": {"description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
    }
    document = Document(app, spec_kwargs=options)
    document.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    document.register_field(fields.Integral, "integer", "int64")
    document.register_converter(names, lambda _: {"type": "string", "pattern": f"^{fields.NAME}$"})
    for resource in resources:
        resource.register_views_in_doc(document, app, document.spec, name=resource.name, parameters=None)
        document.spec.tag({"name": resource.name.removeprefix("api_"), "description": resource.description})
    return document.spec.to_dict()
