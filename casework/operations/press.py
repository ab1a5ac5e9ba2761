"""Press the owner of late work: one message about all of it, once a day, by a person who answers for it.

The ladder reminds by itself; this is a supervisor's own word. It follows the
ladder's manners: nobody is chased on a day of rest, nobody twice on one day,
and whoever is away is not chased at all, because that moves nothing. It is a
reminder and no escalation: when a carrier leaves it in doubt it is not said
again, so that one press stays one press.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework import clock, journal, working_days
from casework.cases.models import Case
from casework.cases.queries import in_scope
from casework.db import db, insert_new, new_ref
from casework.deadlines.models import Press
from casework.deadlines.queries import reminds
from casework.errors import N_, Conflict
from casework.operations.announce import announce
from casework.operations.permit import permit
from casework.operations.story import tell
from casework.overview.desk import running
from casework.people.models import Organisation, Person
from casework.people.presence import present
from workflows.access import SYSTEM, Actor
from workflows.calendars import CalendarUnknown

KIND = PRESS = "press"
STILL_WORTH_SAYING = timedelta(hours=24)
KEYS = ("action", "person_id", "case_key", "day")


@dataclass(frozen=True)
class Pressed:
    """Who was pressed, and about which cases."""

    person: Person
    cases: tuple[Case, ...]


def press(
    person: Person,
    *,
    organisation: Organisation,
    cases: Sequence[Case] | None = None,
    note: str = "",
    actor: Actor,
) -> Pressed:
    """Tell a person once that all they have late in this organisation (or these cases of it) is asked for.

    `note` stands in the stories of the cases and is not sent: no free text leaves
    the house. Raises `Conflict` on a day of rest, for whoever is away or has
    nothing late, and for the second press of a day, naming the first.
    """
    permit(actor, "overdue:press", organisation=organisation)
    refuse_rest(clock.today())
    if person.id == actor.id:
        raise Conflict(N_("逾期的是您自己承办的案件，不能催办自己。"), code="pressed_self")
    if not present(person, clock.today()):
        raise Conflict(
            N_("%(name)s已停用或正在休假，催办到不了本人，没有催办。请改派案件。"),
            code="absent",
            params={"name": person.name},
        )
    late = _late(person, organisation, actor)
    if cases is not None:
        late = _among(late, cases, person)
    if not late:
        raise Conflict(
            N_("%(name)s没有可以催办的逾期案件（暂停的不催办），没有催办。"),
            code="nothing_late",
            params={"name": person.name},
        )
    numbers = [case.number for case in late]
    claim(PRESS, person_id=person.id, organisation_id=organisation.id, cases=numbers, actor=actor)
    for case in late:
        tell(case, PRESS, actor=actor, params={"to": person.name}, words=note.strip() or None)
    journal.record(
        organisation_id=organisation.id,
        action="overdue:press",
        actor=str(actor.id),
        subject=person.ref,
        facts={"cases": numbers},
    )
    announce(
        KIND,
        to=[person],
        params={"overdue": len(late), "due": late[0].due_at.isoformat() if late[0].due_at else None},
        dedup=f"{KIND}:{clock.today().isoformat()}",
        not_after=clock.now() + STILL_WORTH_SAYING,
    )
    return Pressed(person, tuple(late))


def refuse_rest(day: date) -> None:
    """Raise `Conflict` on a day of rest: as the ladder keeps silent on it, so do those who urge."""
    calendar = working_days.calendar()
    try:
        if calendar.working_day(day):
            return
        following = calendar.add_working_days(day, 1)[0]
    except CalendarUnknown:  # nobody can say that it is one
        return
    raise Conflict(
        N_("今天是休息日，不催办、不上报。下一个工作日是%(on)s。"), code="day_of_rest", params={"on": following}
    )


def claim(
    action: str,
    *,
    person_id: int,
    organisation_id: int,
    cases: Sequence[str],
    actor: Actor,
    case_key: int = 0,
) -> None:
    """Take today's one press of a person, or raising of a case; raise `Conflict` that names who has taken it."""
    won = insert_new(
        Press,
        keys=KEYS,
        ref=new_ref(),
        organisation_id=organisation_id,
        action=action,
        person_id=person_id,
        case_key=case_key,
        day=clock.today(),
        at=clock.now(),
        by_id=actor.id,
        cases=list(cases),
    )
    if not won:
        refuse_taken(action, person_id=person_id, case_key=case_key)
        raise Conflict(N_("今天已经有人办过，没有重复办理。"), code="said_today")


def refuse_taken(action: str, *, case_key: int = 0, person_id: int | None = None) -> None:
    """Raise `Conflict` when somebody has pressed this person, or raised this case, today."""
    wanted = select(Press, Person.name).join(Person, Person.id == Press.by_id)
    wanted = wanted.where(Press.action == action, Press.case_key == case_key, Press.day == clock.today())
    if person_id is not None:
        wanted = wanted.where(Press.person_id == person_id)
    found = db.session.execute(wanted).first()
    if found is None:
        return
    earlier, name = found
    hour = f"{earlier.at.astimezone(clock.BEIJING):%H:%M}"
    words = (
        N_("%(name)s今天%(hour)s已经催办过，没有再次催办。")
        if action == PRESS
        else N_("%(name)s今天%(hour)s已经上报过，没有再次上报。")
    )
    raise Conflict(words, code="said_today", params={"name": name, "hour": hour})


def _late(person: Person, organisation: Organisation, actor: Actor) -> list[Case]:
    """Return what a person has late in an organisation, the oldest first, less what is on hold or merely history."""
    now = clock.now()
    wanted = select(Case).where(Case.owner_id == person.id, Case.organisation_id == organisation.id)
    wanted = wanted.where(running(), Case.due_at < now)
    if actor is not SYSTEM:
        wanted = wanted.where(in_scope(actor, "overdue:press"))
    found = db.session.scalars(wanted.options(selectinload(Case.holds)).order_by(Case.due_at, Case.id))
    return [case for case in found if reminds(case, now)]


def _among(late: Sequence[Case], chosen: Sequence[Case], person: Person) -> list[Case]:
    ids = {case.id for case in late}
    for case in chosen:
        if case.id not in ids:
            raise Conflict(
                N_("案件 %(number)s 没有逾期、已暂停，或者不由%(name)s承办，没有催办。"),
                code="not_late",
                params={"number": case.number, "name": person.name},
            )
    wanted = {case.id for case in chosen}
    return [case for case in late if case.id in wanted]
