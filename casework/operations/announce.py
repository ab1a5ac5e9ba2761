"""Tell people at once that something happened: in their inbox, and by the channels that lead out of the house.

The rows are written in the transaction of the change; nothing is sent here.
Names and numbers of graduates never stand in `params`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import func, select

from casework import clock
from casework.cases.models import Case, Move
from casework.db import db
from casework.deadlines.hearers import Hearer, kept_from, stand_in_for
from casework.leads.models import Lead
from casework.notices.post import Notice, post
from casework.notices.ways import INBOX, out_to
from casework.notices.words import STANDING_IN
from casework.operations.retime_report import due_of
from casework.people.models import Person
from casework.reports.models import Report
from notifications.kinds import KINDS
from workflows.access import Actor


def announce(
    kind: str,
    *,
    to: Sequence[Person | None],
    subject: Case | Report | Lead | None = None,
    params: Mapping[str, object] | None = None,
    class_: int | None = None,
    dedup: str,
    not_after: datetime | None = None,
    inbox_only: bool = False,
    organisation_id: int | None = None,
) -> int:
    """Tell each person once about one occasion; return how many rows are new.

    `kind` and `params` are those of `notifications.kinds`, the link excepted,
    which is added on the way out; `due` follows from the subject and `class_` from
    the kind unless given. `dedup` names the occasion (`case:417:assign:31`): told
    again, it adds nothing. Nobody, the inactive and repeated names are left out. For
    somebody on leave their stand-in is told; they themselves find it on their return.
    Whose matter it is follows from the subject; without one `organisation_id` says it.
    """
    db.session.flush()  # a subject opened in this transaction needs its id
    hearers = _hearers(kind, to, subject)
    about = _about(subject) or ({} if organisation_id is None else {"organisation_id": organisation_id})
    said = _with_due(kind, subject, dict(params or {}))
    message_class = KINDS[kind].message_class if class_ is None else class_
    notices = [
        Notice(
            kind=kind,
            person_id=hearer.person.id,
            channel=channel,
            dedup=dedup,
            message_class=message_class,
            params=said | ({STANDING_IN: True} if hearer.stands_in else {}),
            not_after=not_after,
            **about,
        )
        for hearer in hearers
        for channel in (
            (INBOX,) if inbox_only or hearer.away else (INBOX, *out_to(hearer.person, message_class=message_class))
        )
    ]
    return post(notices)


def _hearers(kind: str, to: Sequence[Person | None], subject: Case | Report | Lead | None) -> list[Hearer]:
    today, found = clock.today(), dict[int, Hearer]()
    for person in to:
        if person is None or not person.active or kept_from(person, subject):
            continue
        other = None if kind in TO_ONESELF else stand_in_for(person, subject=subject, today=today)
        if other is not None:
            found.setdefault(other.id, Hearer("", other, stands_in=True))
            found.setdefault(person.id, Hearer("", person, away=True))
        else:
            found[person.id] = Hearer("", person)
    return list(found.values())


def _with_due(kind: str, subject: Case | Report | Lead | None, params: dict[str, object]) -> dict[str, object]:
    """Add by when, where the kind says so and the caller does not: it follows from the subject.

    None, said in words on the way out, where no date is left: a supplementary report after the last one has none.
    """
    if "due" not in KINDS[kind].parameters or "due" in params or subject is None:
        return params
    if isinstance(subject, Case | Lead):
        return params | {"due": subject.due_at.isoformat() if subject.due_at else None}
    due = due_of(subject)
    return params | {"due": due.at.isoformat() if due else None}


def _about(subject: Case | Report | Lead | None) -> dict[str, int]:
    if subject is None:
        return {}
    key = {Case: "case_id", Report: "report_id", Lead: "lead_id"}[type(subject)]
    return {key: subject.id, "organisation_id": subject.organisation_id}


TO_ONESELF = frozenset({"stand_in_named", "tie_recorded", "sign_in_changed", "token_ending", "test_message", "canary"})
"""Kinds that mean one person and nobody in their place."""

TO_OWNER: Mapping[str, str] = MappingProxyType(
    {"assign": "case_assigned", "send_back": "case_sent_back", "reopen": "case_reopened"}
)
"""Steps of a case after which its owner hears at once, and by which kind of message."""


def announce_case(case: Case, action: str, *, actor: Actor) -> int:
    """Tell the owner of a case about a step that somebody else has taken with it; return how many rows are new."""
    kind = TO_OWNER.get(action)
    if kind is None or case.owner is None or case.owner.id == actor.id:
        return 0
    db.session.flush()  # the step that was told last names the occasion
    occasion = db.session.scalar(select(func.max(Move.id)).filter_by(case_id=case.id)) or 0
    return announce(
        kind,
        to=[case.owner],
        subject=case,
        params={"case": case.number, "step": case.due_clock},
        dedup=f"case:{case.id}:{action}:{occasion}",
    )
