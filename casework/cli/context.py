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
    """Return the person in whose name a command acts."""
    person = queries.find_person(login)
    if person is None or not person.active:
        raise NotFound(N_("没有账号 %(login)s。"), params={"login": login})
    return actor_of(person)
