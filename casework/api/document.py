"""The OpenAPI 3.1 document: every error is problem details, every operation wants a token."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin, resolver
from flask import Flask
from flask_smorest import Api

from casework.api.schemas import fields
from casework.api.schemas.problem import Problem

PROBLEM = "application/problem+json"
PREFIX = "/api/v1"
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


def new_document(app: Flask) -> Document:
    """Return an empty document of this application."""
    app.config.update(API_TITLE="casework", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
    options: dict[str, Any] = {
        "info": {"description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "marshmallow_plugin": plugin,
    }
    document = Document(app, spec_kwargs=options)
    document.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    document.register_field(fields.Integral, "integer", "int64")
    return document


def _name_of(schema: Any) -> str:
    return resolver(schema)
