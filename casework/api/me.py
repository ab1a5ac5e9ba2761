"""Whoever is asking: the account, its appointments, its own inbox, its own tokens."""

from flask import current_app, g
from sqlalchemy import select

from casework import clock
from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.people import MeOut, MessagePage, MessageQuery, ReadOut
from casework.api.schemas.tokens import TokenOut, TokensOut
from casework.asking import reaching
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.notices import queries, words
from casework.notices.models import Message
from casework.notices.queries import HIDING
from casework.notices.ways import INBOX
from casework.operations.api_tokens import revoke_token
from casework.people.api_tokens import get_token_of, tokens_of
from casework.people.models import ApiToken
from workflows.access import ACTIONS, scope_of

me = Resource("me", "Whoever is asking, and their inbox")


@me.operation("GET", "/me", query=Query, out=MeOut)
def read_me(_query: dict) -> object:
    """Say who is asking and what they may do anywhere at all."""
    actor, person = current_actor(), g.person
    return {name: getattr(person, name) for name in ("ref", "login", "name", "language", "appointments")} | {
        "actions": [action for action in ACTIONS if scope_of(actor, action)],
        "unread": queries.unread(actor.id),
    }


@me.operation("GET", "/messages", query=MessageQuery, out=MessagePage)
def list_messages(query: dict) -> object:
    """List one's own inbox, newest first."""
    actor = current_actor()
    known = select(Message).filter_by(person_id=actor.id, channel=INBOX).where(queries.shown_to(actor.bodies))
    wanted = known.where(Message.read_at.is_(None)) if query["unread"] else known
    with reaching("cases", "leads", why=HIDING):
        found = page_of(
            wanted, known=known, name=Message.ref, after=query["after"], limit=query["limit"], newest_first=True
        )
    return {"items": [_shown(message) for message in found.items], "next": found.next}


@me.operation("POST", "/messages/<name:ref>/read", out=ReadOut)
def mark_message_read(ref: str) -> object:
    """Mark one message as read."""
    message = queries.get_message(ref, person_id=current_actor().id)
    return {"marked": queries.mark_read(current_actor().id, ref=message.ref)}


@me.operation("POST", "/messages/read", out=ReadOut)
def mark_messages_read() -> object:
    """Mark the whole inbox as read."""
    return {"marked": queries.mark_read(current_actor().id)}


@me.operation("GET", "/me/tokens", query=Query, out=TokensOut)
def list_own_tokens(_query: dict) -> object:
    """List one's own tokens, the newest first; no secret is among what is answered."""
    return {"items": [_token(each) for each in tokens_of(current_actor().id)], "next": None}


@me.operation("DELETE", "/me/tokens/<name:ref>", out=TokenOut)
def revoke_own_token(ref: str) -> object:
    """Revoke one of one's own tokens, this one too; a second time changes nothing."""
    actor = current_actor()
    found = get_token_of(ref, person_id=actor.id)
    revoke_token(found, actor=actor)
    return _token(found)


def _token(token: ApiToken) -> dict[str, object]:
    names = ("name", "scopes", "created_at", "ends_at", "used_at", "used_from", "revoked_at")
    standing = token.revoked_at is None and token.ends_at > clock.now()
    return {name: getattr(token, name) for name in names} | {"ref": token.ref, "standing": standing}


def _shown(message: Message) -> dict[str, object]:
    text = words.text(message, base_url=current_app.extensions["casework"].base_url)
    own = {name: getattr(message, name) for name in ("ref", "kind", "created_at", "read_at")}
    return own | {"subject": text.subject, "body": text.body, "path": words.path_of(message)}
