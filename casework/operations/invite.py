"""A link by which somebody sets their own password: sent, sent again, withdrawn, used once.

Nobody types a password for somebody else. The link goes to the mail address that
stands with the account; the administrator never sees it. One is open at a time:
a new one withdraws the old. Whatever is wrong with a link, its page says the same,
so that it tells nobody whether an account exists.
"""

from datetime import timedelta

from sqlalchemy import Select, select

from casework import clock
from casework.db import db, new_ref
from casework.errors import N_, Conflict, Invalid, NotFound
from casework.notices.invitation_words import REF, hash_of, token_of
from casework.notices.post import Notice, post
from casework.notices.ways import SMS, WEBHOOK, out_to
from casework.operations import passwords
from casework.operations.change_person import permit_person
from casework.operations.note_account import note_account
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.people.ways_in import INVITE, RESET, Invitation
from notifications.kinds import ESCALATION
from workflows.access import SYSTEM, Actor

GOOD_FOR = timedelta(days=7)
NOT_BY = frozenset({*SMS, WEBHOOK, "wecom"})
"""Ways out that carry no link to a password: a number may be somebody else's tomorrow, a webhook is a program."""
LONGEST = 64
GONE = N_("这个链接已经用过、已过期或已撤回，没有更改任何内容。如仍需要，请联系本单位系统管理员重新发送。")
KINDS = {INVITE: "invitation", RESET: "password_link"}


def invite(person: Person, *, actor: Actor, unsent: bool = False) -> str:
    """Send somebody a link to set their password, and return its secret; an earlier link no longer works.

    Without a password yet it is an invitation, else a reset. `unsent` sends nothing: for the terminal, which shows
    the link instead. Raises `Conflict` for a closed account and `Invalid` where no mail can reach the person.
    """
    permit_person(person, actor)
    if not person.active:
        raise Conflict(N_("账号已停用，没有发送链接。请先恢复账号。"), code="closed")
    channels = [] if unsent else _channels(person)
    withdraw_open(person)
    ref = new_ref()
    made = Invitation(
        ref=ref,
        person_id=person.id,
        purpose=RESET if person.password_hash else INVITE,
        hash=hash_of(token_of(ref)),
        made_by_id=None if actor is SYSTEM else actor.id,
        ends_at=clock.now() + GOOD_FOR,
    )
    db.session.add(made)
    note_account(person, "people:invite" if made.purpose == INVITE else "people:reset", actor=actor)
    _post(made, person, channels)
    return token_of(ref)


def withdraw(person: Person, *, actor: Actor) -> None:
    """Let the open link of a person work no longer; raises `NotFound` when there is none."""
    permit_person(person, actor)
    if not withdraw_open(person):
        raise NotFound(N_("没有可撤回的链接，可能已经用过或过期。"))
    note_account(person, "people:invitation_withdrawn", actor=actor)


def open_invitation(person: Person) -> Invitation | None:
    """Return the link of a person that still works, or None."""
    return db.session.scalars(_open().where(Invitation.person_id == person.id)).first()


def find_invitation(token: str) -> Invitation | None:
    """Return what a link opens while it works, None for every other."""
    if not 0 < len(token) <= LONGEST:
        return None
    found = db.session.scalars(_open().where(Invitation.hash == hash_of(token))).one_or_none()
    return found if found is not None and found.person.active else None


def take_invitation(token: str, *, password: str) -> Person:
    """Set the password of whoever holds this link, once; raises `NotFound` for a link that does not work."""
    found = find_invitation(token)
    locked = (
        found
        and db.session.scalars(_open().where(Invitation.id == found.id).with_for_update(of=Invitation)).one_or_none()
    )
    if not locked:
        raise NotFound(GONE, code="link_gone")
    person = locked.person
    passwords.set_password(person, password=password, actor=actor_of(person))
    locked.used_at = clock.now()
    withdraw_open(person)
    note_account(person, "people:invitation_used")
    return person


def withdraw_open(person: Person) -> bool:
    """Let every open link of a person work no longer, and say whether there was one."""
    found = db.session.scalars(_open().where(Invitation.person_id == person.id)).all()
    for each in found:
        each.withdrawn_at = clock.now()
    return bool(found)


def _open() -> Select[Invitation]:
    return select(Invitation).where(
        Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.ends_at > clock.now()
    )


def _channels(person: Person) -> list[str]:
    found = [channel for channel in out_to(person, message_class=ESCALATION) if channel not in NOT_BY]
    if not person.email or not found:
        raise Invalid(
            N_("没有登记邮箱，或本系统没有配置邮件，链接没有发送。请先登记邮箱，或请运维人员用命令行生成链接。"),
            fields={"email": N_("请登记邮箱。")},
        )
    return found


def _post(made: Invitation, person: Person, channels: list[str]) -> None:
    body = person.appointments[0].organisation if person.appointments else None
    params: dict[str, object] = {REF: made.ref, "on": made.ends_at.astimezone(clock.BEIJING).date().isoformat()}
    if made.purpose == INVITE:
        params["organisation"] = body.name if body else ""
    post(
        [
            Notice(
                kind=KINDS[made.purpose],
                person_id=person.id,
                channel=channel,
                dedup=f"invitation:{made.ref}",
                message_class=ESCALATION,
                params=params,
                organisation_id=body.id if body else None,
                not_after=made.ends_at,
            )
            for channel in channels
        ]
    )
