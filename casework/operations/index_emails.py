"""Give registrations that were imported before there was an index of e-mail addresses the index that they lack.

Allowances count letters by address and a campaign finds addresses by it; without
it such graduates cannot be written to. A slice is a short transaction: whoever is
interrupted begins again, what has its index is not opened a second time, and two
at once write the same.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from casework.db import db
from casework.intake.models import Record, Revision
from casework.intake.writers.graduates import index_of

AT_ONCE = 500
_FIELD = "email"


@dataclass(frozen=True)
class Indexed:
    """How many without an index were opened, how many had an address; `after` leads on, None at the end."""

    looked: int
    written: int
    after: int | None


def index_emails(*, after: int = 0) -> Indexed:
    """Write the index of the next registrations that lack it, by the newest revision of each."""
    wanted = (
        select(Revision.id, Revision.sealed)
        .join(Record, Record.revision_id == Revision.id)
        .where(Revision.email_index.is_(None), Revision.sealed.is_not(None), Revision.id > after)
        .order_by(Revision.id)
        .limit(AT_ONCE)
    )
    rows = db.session.execute(wanted).all()
    made = [{"of": row.id, "index": index_of(_FIELD, (row.sealed or {}).get(_FIELD))} for row in rows]
    found = [each for each in made if each["index"] is not None]
    if found:
        table = Revision.__table__
        lacking = update(table).where(table.c.id == bindparam("of"), table.c.email_index.is_(None))
        db.session.execute(lacking.values(email_index=bindparam("index")), found)
    return Indexed(len(rows), len(found), rows[-1].id if len(rows) == AT_ONCE else None)
