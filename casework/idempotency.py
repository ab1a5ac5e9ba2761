"""What was answered to a request that a program may send twice.

The key is claimed by inserting its row first, in the transaction that does the
work: of two requests at the same moment the second waits for the first and
finds its answer, and a request that fails leaves no key behind. Answers are
kept for a day and sealed, because they may speak of persons.
"""

from datetime import datetime, timedelta

from sqlalchemy import Index, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, mapped_column

from casework import clock
from casework.db import Code, db
from casework.sealing import SealedJSON

KEPT = timedelta(hours=24)


class IdempotencyKey(db.Model):
    """One key of one person, what was asked with it, and what was answered."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("person_id", "key"), Index("ix_idempotency_keys_age", "person_id", "asked_at"))

    person_id: Mapped[int]  # the ground knows no other room
    key: Mapped[str]
    fingerprint: Mapped[Code]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[dict | None] = mapped_column(SealedJSON("answer"))


def claim(*, person_id: int, key: str, fingerprint: str) -> IdempotencyKey | None:
    """Claim a key in this transaction; return the row of whoever claimed it before, or None when it is ours."""
    db.session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.person_id == person_id, IdempotencyKey.asked_at < clock.now() - KEPT
        )
    )
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    claimed = db.session.scalar(
        insert(IdempotencyKey)
        .values(person_id=person_id, key=key, fingerprint=fingerprint, asked_at=clock.now())
        .on_conflict_do_nothing(index_elements=["person_id", "key"])
        .returning(IdempotencyKey.id)
    )
    return None if claimed is not None else _row(person_id, key)


def keep(answer: dict, *, person_id: int, key: str) -> None:
    """Keep the answer beside the claimed key."""
    _row(person_id, key).answer = answer


def _row(person_id: int, key: str) -> IdempotencyKey:
    wanted = select(IdempotencyKey).filter_by(person_id=person_id, key=key)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()
