"""The routes of the API: its resources, the document that describes them, a page to try them, and the health."""

from flask import Flask
from werkzeug.routing import BaseConverter

from casework.api import RESOURCES, health, receipts, trial
from casework.api.schemas.fields import NAME


class NameConverter(BaseConverter):
    """A public name in an address; nothing else reaches the database."""

    regex = NAME
    part_isolating = True


def attach(app: Flask) -> None:
    """Attach every resource to the application."""
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # Chinese stays readable in answers
    app.url_map.converters["name"] = NameConverter
    for resource in RESOURCES:
        app.register_blueprint(resource)
    app.register_blueprint(trial.pages(RESOURCES, NameConverter))
    app.register_blueprint(health.pages())
    app.register_blueprint(receipts.pages())
