"""What was erased is nowhere: not in the database's file, a backup or an export made after, a log, a kept file.

Sealed counts as much as clear: whoever keeps a key and an old page reads nothing more.
"""

import io
import logging
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, type_coerce

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.filing import verify
from casework.models import metadata
from casework.operations.erase_values import erase_values
from casework.operations.report_package import report_package
from casework.operations.story import tell
from casework.people.actors import actor_of
from tests.casework.factories import NOON, make_case
from tests.casework.operations.erasing import opened
from tests.casework.operations.reporting import frozen, make_office, prepare

WORDS, OTHER = "李四，电话13712346021，称从未签约", "王五，电话13912346022，称已经报到"
LATER = NOON + timedelta(days=366 * 11)


@pytest.fixture
def office(app):
    """Return a university with two accepted cases, each with a note about somebody."""
    with clock.stopped_at(NOON), unit_of_work():
        office = make_office()
        prepare(office)
        for words in (WORDS, OTHER):
            case = make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
            tell(case, "note", actor=actor_of(office.investigator), words=words)
    return office


def sealed_forms(clear):
    """Return the bytes under which these words lie sealed in the database now."""
    columns = [
        column for table in metadata.sorted_tables for column in table.c if "Sealed" in type(column.type).__name__
    ]
    found = [value for each in columns for value in db.session.scalars(select(type_coerce(each, LargeBinary)))]
    return [value for value in found if value is not None and clear in opened(value)]


def backed_up(folder):
    """Make a copy of the database as it stands and return it as bytes; a dump of PostgreSQL says its rows."""
    if db.engine.dialect.name == "postgresql":
        every = [column for table in metadata.sorted_tables for column in table.c]
        raw = [type_coerce(each, LargeBinary) if "Sealed" in type(each.type).__name__ else each for each in every]
        values = [value for each in raw for value in db.session.scalars(select(each))]
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
    db.session.rollback()
    target = folder / "backup.sqlite3"
    with closing(sqlite3.connect(db.engine.url.database)) as source, closing(sqlite3.connect(target)) as backup:
        source.backup(backup)
    return target.read_bytes()


def unpacked(content):
    """Return a package or document with everything inside of it, ZIP within ZIP."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content + b"".join(unpacked(archive.read(name)) for name in archive.namelist())


def files_of_database():
    """Return what lies on disk of the database itself, once its last connection has let go."""
    db.session.remove()
    db.engine.dispose()
    if db.engine.dialect.name == "postgresql":
        return {}
    path = Path(db.engine.url.database)
    return {each.name: each.read_bytes() for each in path.parent.glob(path.name + "*")}


def test_what_was_erased_is_nowhere_in_clear_or_sealed_and_the_chain_and_a_later_package_hold(
    office, settings, tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    place, number = office.organisation.id, noted_case()
    erased, kept = sealed_forms(WORDS), sealed_forms(OTHER)
    assert (len(erased), len(kept)) == (2, 2)  # the value beside the journal, the words in the story
    assert all(form in backed_up(tmp_path) for form in [*erased, *kept])  # the search sees what it looks for
    with clock.stopped_at(LATER), unit_of_work():
        erase_values(
            organisation=office.organisation, subject=number, reason="期限已过", actor=actor_of(office.supervisor)
        )
    with clock.stopped_at(NOON + timedelta(days=1)):
        package, printed = packed(office, settings, tmp_path)
    assert verify.check_package(package, printed=printed).findings == []
    assert list(journal.verify(place)) == []
    places = {"backup": backed_up(tmp_path), "log": caplog.text.encode(), **files_of_database()}
    places |= {str(path): unpacked(path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()}
    for form in (WORDS.encode(), WORDS.encode("unicode_escape"), b"13712346021", *erased):
        assert [name for name, content in places.items() if form in content] == []
    assert all(form in places["backup"] for form in kept)


def noted_case():
    """Return the number of the case that was noted first."""
    noted = select(journal.JournalEntry.subject).filter_by(action="case:note").order_by(journal.JournalEntry.seq)
    return db.session.scalars(noted.limit(1)).one()


def packed(office, settings, folder):
    """Freeze a report over both cases and take its package, as after the erasing."""
    with unit_of_work():
        report = frozen(office, settings)
        actor = actor_of(office.supervisor)
        made = report_package(report, target=folder / "package.zip", actor=actor, settings=settings)
        return made.path, report.manifest_hash
