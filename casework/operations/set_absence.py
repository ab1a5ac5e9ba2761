"""Leave, and who hears in the meantime.

A person says so themselves, or somebody whose business it is: an administrator,
or the supervisor for those who do the work of the office. A supervisor does not
declare a leader absent, or an escalation could be led around them.
"""

from datetime import date

from casework import clock
from casework.errors import N_, Forbidden, Invalid, NotFound
from casework.operations.announce import announce
from casework.operations.change_person import permit_person
from casework.operations.note_account import note_account
from casework.people.actors import path_of
from casework.people.models import Person
from casework.people.presence import offices_of, present
from casework.people.queries import lock_persons
from workflows.access import SYSTEM, Actor, Role, permitted

ACTION = "people:absence"
DESK = frozenset({Role.INVESTIGATOR, Role.LEAD_OFFICER})
"""Whose leave their supervisor may register."""


def set_absence(person: Person, *, until: date | None, stand_in: Person | None = None, actor: Actor) -> None:
    """Say until which day somebody is away, and who hears for them; None says that they are back.

    Nothing is assigned to somebody away; their cases and deadlines stay theirs.
    Raises `Invalid` for a day that is past and for a stand-in who cannot be one.
    """
    permit_absence(person, actor)
    lock_persons(person.id, *([stand_in.id] if stand_in else []))  # both, or two could each name the other
    today = clock.today()
    if until is not None and until < today:
        raise Invalid(N_("休假截止日期已经过去，没有保存。"), fields={"until": N_("请填今天或之后的日期。")})
    if until is None and stand_in is not None:
        raise Invalid(N_("没有休假日期，不需要代理人，没有保存。"), fields={"until": N_("请填休假的最后一天。")})
    if stand_in is not None:
        _refuse_unfit(stand_in, person, today)
    named_anew = stand_in is not None and stand_in.id != person.stand_in_id
    person.absent_until, person.stand_in = until, stand_in
    _say(person, actor)
    if stand_in is not None and until is not None and (named_anew or actor.id != person.id):
        announce(
            "stand_in_named",
            to=[stand_in],
            params={"on": until.isoformat()},
            dedup=f"person:{person.id}:stand_in:{until.isoformat()}",
        )


def permit_absence(person: Person, actor: Actor) -> None:
    """Return quietly for oneself, an administrator of the person, and the supervisor of somebody at the desk."""
    if actor is SYSTEM or actor.id == person.id:
        return
    today = clock.today()
    held = [row for row in person.appointments if row.until is None or row.until >= today]
    refused = [permitted(actor, ACTION, organisation_path=path_of(row.organisation)) for row in held]
    if not held or all(each is not None and each.code == "out_of_scope" for each in refused):
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
    if any(permitted(actor, "people:manage", organisation_path=path_of(row.organisation)) is None for row in held):
        permit_person(person, actor)
        return
    if any(refused) or not {row.role for row in held} <= DESK:
        raise Forbidden(N_("%(name)s 的休假由本人或系统管理员登记。"), params={"name": person.name})


def _refuse_unfit(other: Person, person: Person, today: date) -> None:
    sentence = None
    if other.id == person.id:
        sentence = N_("代理人不能是本人。")
    elif not offices_of(person, today) & offices_of(other, today):  # asked first: others' leave is not ours to tell
        sentence = N_("代理人须与本人在同一单位任职。")
    elif not other.active:
        sentence = N_("这个账号已停用，请另选代理人。")
    elif not present(other, today):
        sentence = N_("此人也在休假，请另选代理人。")
    if sentence is not None:
        raise Invalid(N_("代理人不合要求，没有保存。"), fields={"stand_in": sentence})


def _say(person: Person, actor: Actor) -> None:
    facts = {
        "until": person.absent_until.isoformat() if person.absent_until else "",
        "stand_in": person.stand_in.login if person.stand_in else "",
    }
    note_account(person, "people:absence", actor=actor, facts=facts)
