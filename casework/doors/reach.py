"""Tell the database for whom a request asks, once it is known who that is: the second wall behind the queries."""

from flask import Flask, g

from casework import asking
from casework.people.reach import reach_of


def attach(app: Flask) -> None:
    """Say it before anything is done; whoever is nobody reaches nothing."""
    app.before_request(say)


def say() -> None:
    """Let the rest of this request see what its person reaches."""
    if g.get("actor") is not None:
        asking.speak_for(reach_of(g.actor))
