"""What every page is made with: rendering inside the shell, and changes that answer a refusal with the form again.

A change runs in one unit of work. When the service refuses, nothing is left
behind, and the person gets the same form with what they wrote, the sentence
that says why, and a status that says the same to a program: 422 for what was
written wrongly, 409 for what the rules or the facts do not allow.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Response, current_app, flash, make_response, redirect, render_template, request

from casework import errors
from casework.config import Settings
from casework.db import db
from casework.doors import arriving, problems, refused
from casework.doors.sessions import current_actor
from casework.doors.unit import unit_of_work
from casework.web.wording import said
from workflows.engine import Words
from workflows.errors import Refused

log = logging.getLogger("casework.web")
T = TypeVar("T")
PAGE_SIZE = 50


@dataclass(frozen=True)
class Trouble:
    """Why a change was not made: a sentence, the fields that are meant, further reasons, the values of a conflict."""

    status: int
    sentence: str
    fields: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    current: Mapping[str, object] | None = None


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """Render a page, or its fragment when htmx asks for a part of it (`_<name>` beside the page)."""
    wanted: list[Any] = [template]  # Flask would have templates among the names
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "list":
        folder, _, name = template.rpartition("/")
        wanted.insert(0, f"{folder}/_{name}" if folder else f"_{name}")  # a page that has no such part comes whole
    answer = make_response(render_template(wanted, **context), status)
    answer.vary.add("HX-Request")
    return answer


def attempt(change: Callable[[], T], *, first: Callable[[], object] | None = None) -> T | Trouble:
    """Make a change in one unit of work, or return why it was refused; what does not exist stays a 404.

    What takes long and writes nothing comes `first`, before the unit; it is refused in the same way.
    """
    try:
        return _made(change, first)
    except problems.OVERTAKEN:
        return Trouble(409, said(problems.SENTENCES[409]))
    except problems.UNSTORABLE:
        log.exception("the database cannot hold a value of a form")
        return Trouble(422, said(problems.SENTENCES[422]))


def _made(change: Callable[[], T], first: Callable[[], object] | None) -> T | Trouble:
    try:
        return _tried(change, first)
    except Refused as rules:
        reasons = tuple(said(each.message, each.params) for each in rules.refusals)
        return Trouble(409, reasons[0], reasons=reasons[1:])
    except errors.Stale as stale:
        return Trouble(409, said(stale.message, stale.params), current=stale.current)  # type: ignore[arg-type]
    except errors.Invalid as invalid:
        fields = {name: said(sentence, invalid.params) for name, sentence in invalid.fields.items()}
        return Trouble(422, said(invalid.message, invalid.params), fields=fields)
    except errors.Conflict as conflict:
        return Trouble(409, said(conflict.message, conflict.params))
    except errors.Forbidden as forbidden:
        return Trouble(403, said(forbidden.message, forbidden.params))


def _tried(change: Callable[[], T], first: Callable[[], object] | None) -> T:
    arriving.refuse_form()
    try:
        if first is not None:
            db.session.rollback()  # no transaction waits while it takes its time
            first()
        with unit_of_work():
            return change()
    except (Refused, errors.CaseworkError) as no:
        refused.remember(no)  # the form is shown again: no error page answers this one
        raise


def submitted(
    change: Callable[[], object],
    *,
    done: str,
    to: str,
    again: Callable[[Trouble], Response],
    first: Callable[[], object] | None = None,
) -> Response:
    """Make a change and go on to a page that says so, or show the form again with what is wrong."""
    outcome = attempt(change, first=first)
    if isinstance(outcome, Trouble):
        return again(outcome)
    flash(done)
    return redirect(to, 303)  # type: ignore[return-value] # Werkzeug's response is Flask's


def settings() -> Settings:
    """Return the settings of this installation."""
    from_app: Settings = current_app.extensions["casework"]
    return from_app


def required(names: Mapping[str, str]) -> dict[str, str]:
    """Return the trimmed values of a form; raise `Invalid` naming each one that is empty."""
    values = {name: request.form.get(name, "").strip() for name in names}
    missing = {name: errors.N_("请填写此项。") for name, value in values.items() if not value}
    if missing:
        labels = Words(names[name] for name in missing)
        raise errors.Invalid(
            errors.N_("有内容没有填写：%(labels)s。没有保存。"), fields=missing, params={"labels": labels}
        )
    return values


__all__ = [
    "PAGE_SIZE",
    "Trouble",
    "attempt",
    "current_actor",
    "page",
    "required",
    "settings",
    "submitted",
]
