"""The application for one command: settings from the environment, its context, and who is acting."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask, g

from casework import journal
from casework.cli import schema
from casework.config import Settings, load
from casework.db import db
from casework.doors.refused import remember_of
from casework.errors import N_, CaseworkError, NotFound, Unavailable
from casework.journal import Door
from casework.people import queries
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.service import create_service
from workflows.access import Actor
from workflows.errors import Refused


@contextmanager
def application(*, settings: Settings | None = None, migrated: bool = True) -> Iterator[Flask]:
    """Yield the application inside its context; refuse a database of another version; let go of it after."""
    app = create_service(settings or load())
    with app.app_context():
        try:
            if migrated:
                schema.check_not_newer()
                if not schema.is_current():
                    raise Unavailable(
                        N_("数据库还没有建立或版本较旧。请先运行 casework init。"), code="database_not_current"
                    )
            journal.come_from(Door.COMMAND)
            yield app
        except (CaseworkError, Refused) as error:
            remember(error)
            raise
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def acting(login: str) -> Actor:
    """Return the person in whose name a command acts; a closed account acts no more."""
    person = person_of(login)
    if not person.active:
        raise _nobody(login)
    g.actor = actor_of(person)  # in whose name the command was refused, if it is
    return g.actor


def remember(error: CaseworkError | Refused, *, number: str = "") -> None:
    """Note a refusal to whoever this command acts for, as at the other doors; `number` names one thing of many.

    A command without a person is the operator's: who holds the machine holds the data too.
    """
    actor, asked = g.get("actor"), click.get_current_context(silent=True)
    if actor is None or asked is None:
        return
    named = number or asked.params.get("number") or ""
    remember_of(error, actor=actor, place=asked.command_path, number=str(named))


def person_of(login: str) -> Person:
    """Return the person whose account a command names, closed or not; raises `NotFound`."""
    person = queries.find_person(login)
    if person is None:
        raise _nobody(login)
    return person


def _nobody(login: str) -> NotFound:
    return NotFound(N_("没有账号 %(login)s。"), params={"login": login})
