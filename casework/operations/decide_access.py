"""Decide a line of the access review: it stays, or it ends; with a reason either way.

What ends is ended by the operation that always ends it: an account is closed with
its hand-over, a token revoked. Which of several offices is one too many only a
person can say, so those are ended one by one on the page of the account.
"""

from casework.db import db
from casework.errors import N_, Conflict, Invalid, NotFound
from casework.operations.api_tokens import revoke_token
from casework.operations.change_person import permit_person, refuse_oneself
from casework.operations.close_account import close_account
from casework.operations.note_account import note_account
from casework.overview.access_review import MANY_ROLES, TOKEN_UNUSED, Line, lines_of
from casework.people.api_tokens import get_token_of
from casework.people.models import Person
from casework.people.ways_in import AccessDecision
from workflows.access import SYSTEM, Actor

CONFIRMED, ENDED = "confirmed", "ended"


def confirm_access(person: Person, *, finding: str, about: str = "", reason: str, actor: Actor) -> None:
    """Let something stay as it is; it is asked about again after ninety days."""
    _decide(_line(person, finding, about, reason, actor), CONFIRMED, reason.strip(), actor)


def end_access(person: Person, *, finding: str, about: str = "", reason: str, actor: Actor) -> None:
    """End what a line is about: the token, or the whole account."""
    line = _line(person, finding, about, reason, actor)
    if line.finding == MANY_ROLES:
        raise Conflict(N_("请在该账号的页面免去多余的任职；这里没有更改任何内容。"), code="which_office")
    if line.finding == TOKEN_UNUSED:
        revoke_token(get_token_of(about, person_id=person.id), actor=actor)
    else:
        close_account(person, reason=reason, actor=actor)
    _decide(line, ENDED, reason.strip(), actor)


def _line(person: Person, finding: str, about: str, reason: str, actor: Actor) -> Line:
    permit_person(person, actor)
    refuse_oneself(person, actor)
    if not reason.strip():
        raise Invalid(N_("请写明理由，没有保存。"), fields={"reason": N_("请填写此项。")})
    found = next((line for line in lines_of(person) if (line.finding, line.about) == (finding, about)), None)
    if found is None:
        raise NotFound(N_("这一项已经处理，或已不再存在。请刷新后再看。"))
    return found


def _decide(line: Line, decision: str, reason: str, actor: Actor) -> None:
    person = line.person
    made = AccessDecision(person_id=person.id, finding=line.finding, about=line.about, decision=decision, reason=reason)
    made.by_id = None if actor is SYSTEM else actor.id
    db.session.add(made)
    facts, personal = {"finding": line.finding}, {"reason": reason}
    note_account(person, f"people:access_{decision}", actor=actor, facts=facts, personal=personal)
