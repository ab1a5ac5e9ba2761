"""The routes of the API."""

from flask import Flask


def attach(app: Flask) -> None:
    """Attach every resource to the application."""
