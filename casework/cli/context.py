"""The application for one command: settings from the environment, its context, and who is acting."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from casework import journal
from casework.cli import schema
from casework.config import Settings, load
from casework.db import db
from casework.errors import N_, NotFound, Unavailable
from casework.journal import Door
from casework.people import queries
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.service import create_service
from workflows.access import Actor


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
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def acting(login: str) -> Actor:
    """Return the person in whose name a command acts; a closed account acts no more."""
    person = person_of(login)
    if not person.active:
        raise _nobody(login)
    return actor_of(person)


def person_of(login: str) -> Person:
    """Return the person whose account a command names, closed or not; raises `NotFound`."""
    person = queries.find_person(login)
    if person is None:
        raise _nobody(login)
    return person


def _nobody(login: str) -> NotFound:
    return NotFound(N_("没有账号 %(login)s。"), params={"login": login})
