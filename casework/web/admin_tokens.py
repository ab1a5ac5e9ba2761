"""One's own keys for programs: made, shown once, revoked."""

from flask import Response, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework import clock
from casework.db import db
from casework.doors import arriving
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_
from casework.operations.api_tokens import USUAL_DAYS, make_token, revoke_token
from casework.people.api_tokens import get_token_of, tokens_of
from casework.people.long_secrets import hash_of
from casework.people.models import Person
from casework.web import shell
from casework.web.pages import Trouble, attempt, page, required, submitted
from casework.web.wording import said
from workflows.token_scopes import READ, SCOPES


@signed_in
def tokens() -> Response:
    """Show one's own tokens; on a POST, make one and show it this once."""
    actor = current_actor()
    if request.method == "GET":
        return _page()

    def make() -> str:
        name = required({"name": N_("用途")})["name"][:60]
        days = arriving.whole_number(request.form.get("days", str(USUAL_DAYS)).strip()) or 0
        person, scopes = db.session.get_one(Person, actor.id), _scopes_chosen()
        return make_token(person, name=name, scopes=scopes, days=days, actor=actor)

    outcome = attempt(make)
    return _page(trouble=outcome) if isinstance(outcome, Trouble) else _page(made=outcome)


@signed_in
def revoke(ref: str) -> Answer:
    """End one of one's own tokens."""
    actor = current_actor()
    return submitted(
        lambda: revoke_token(get_token_of(ref, person_id=actor.id), actor=actor),
        done=gettext("令牌已吊销，用它的程序立即不能再访问。"),
        to=url_for("web.tokens"),
        again=lambda trouble: _page(trouble=trouble),
    )


def _scopes_chosen() -> list[str]:
    """Return what was ticked; a form without boxes asks for nothing but to read."""
    return request.form.getlist("scopes") if "scopes" in request.form or "days" in request.form else [READ]


def _page(*, trouble: Trouble | None = None, made: str = "") -> Response:
    rows = tokens_of(current_actor().id)
    return page(
        "admin/tokens.html",
        status=trouble.status if trouble else 200,
        rows=[(row, row.ref) for row in rows],
        standing=sum(row.revoked_at is None and row.ends_at > clock.now() for row in rows),
        scopes=[(code, said(label)) for code, label in SCOPES.items()],
        chosen=_scopes_chosen() if trouble else [READ],
        usual_days=USUAL_DAYS,
        made=made,
        made_hash=hash_of(made) if made else "",
        trouble=trouble,
        given=request.form,
        administers=shell.may(current_actor(), "people:manage"),
    )
