"""Graduates whom no machine could reach become work for a person: one open task a record, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock, journal
from casework.campaigns.models import ContactTask
from casework.db import affected, db, new_ref
from casework.errors import N_, Conflict, Invalid
from casework.intake.answers import answered_condition
from casework.intake.models import Record
from casework.notices.given import given, read
from casework.operations.permit import permit
from casework.people.models import Organisation
from workflows.access import Actor

OUTCOMES = ("reached", "unreachable")
"""What a person may say of it; that the graduate has `answered` is found by itself."""
REASONS = ("no_address", "address_broken", "shared_address", "undelivered", "opted_out")
LONGEST = 2000


@dataclass(frozen=True)
class Unreached:
    """A graduate's record, the organisation that holds it, and why nothing reached them."""

    record_id: int
    organisation_id: int
    reason: str


def open_tasks(unreached: Sequence[Unreached], *, campaign_id: int | None) -> int:
    """Open a task for each of them who has none open; return how many are new."""
    if not unreached:
        return 0
    table = ContactTask.__table__
    columns = table.c
    rows = given([[each.record_id, each.organisation_id, each.reason, new_ref()] for each in unreached])
    own = ("record_id", "organisation_id", "reason", "ref")
    same = {"campaign_id": campaign_id, "state": "open", "open_key": 0, "opened_at": clock.now()}
    chosen = select(
        *(read(rows, place, columns[name].type).label(name) for place, name in enumerate(own)),
        *(literal(value, columns[name].type).label(name) for name, value in same.items()),
    ).where(literal(True))  # noqa: FBT003 - SQLite takes ON CONFLICT for a part of a join unless a WHERE comes first
    make = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    known = make(table).from_select([*own, *same], chosen, include_defaults=False)
    known = known.on_conflict_do_nothing(index_elements=["record_id", "open_key"])
    return len(db.session.scalars(known.returning(columns.id)).all())


def end_task(task: ContactTask, *, outcome: str, words: str, actor: Actor) -> ContactTask:
    """Say what came of it: `reached` or `unreachable`, in words that stay sealed. Ends once."""
    permit(actor, "campaign:draft", organisation=db.session.get_one(Organisation, task.organisation_id))
    if outcome not in OUTCOMES:
        raise Invalid(
            N_("请选择联系结果：已联系到本人，或无法联系。"),
            fields={"outcome": N_("请选择一项。")},
            code="outcome_unknown",
        )
    if not words.strip() or len(words) > LONGEST:
        raise Invalid(
            N_("请写明用什么方式、何时联系、结果如何（不超过 2000 字）。"),
            fields={"words": N_("必填，不超过 2000 字。")},
            code="words_missing",
        )
    if task.state != "open":
        raise Conflict(N_("这项联系任务已经办结，没有重复登记。"), code="task_ended")
    task.state, task.open_key = outcome, task.id
    task.ended_at, task.ended_by_id, task.words = clock.now(), actor.id, words.strip()
    journal.record(
        organisation_id=task.organisation_id,
        action="contact_task:end",
        actor=str(actor.id),
        subject=task.ref,
        facts={"outcome": outcome, "reason": task.reason},
        personal={"words": words.strip()},
    )
    return task


def end_answered() -> int:
    """End the tasks of graduates who have answered meanwhile; return how many."""
    answered = exists().where(Record.id == ContactTask.record_id, answered_condition())
    return affected(
        update(ContactTask)
        .where(ContactTask.state == "open", answered)
        .values(state="answered", open_key=ContactTask.id, ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
