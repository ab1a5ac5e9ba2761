"""Say by which door the person of a request came, for the entries that are audited; of a visitor nothing is said."""

from flask import Flask, g, request

from casework import journal
from casework.doors.limits import place_of_request
from casework.journal import Door


def attach(app: Flask) -> None:
    """Say it for every request, after its person is known."""
    app.before_request(say_whence)


def say_whence() -> None:
    """Say door, part of the network, and the token's name where a program brought one."""
    if g.get("person") is None:
        return
    token = getattr(g.get("token"), "name", "")
    door = Door.API if request.path.startswith("/api/") else Door.PAGE
    journal.come_from(door, network=place_of_request(), token=token)
