"""Sign-in from another house: there with a state, back with an answer, and in by the one way that all take.

What was begun is kept in the session of the browser that began it and is gone
with the first answer, right or wrong. Whoever comes back is let in by
`arrival.enter`, so a second factor of ours is asked unless theirs counts.
"""

from collections.abc import Mapping
from http import HTTPStatus

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from casework import clock
from casework.db import db
from casework.doors import problems
from casework.doors.elsewhere.houses import houses
from casework.doors.elsewhere.vouching import Vouched, not_believed
from casework.doors.sessions import open_to_all
from casework.doors.unit import unit_of_work
from casework.errors import N_, CaseworkError, NotFound
from casework.operations.recognise import recognise
from casework.people.models import Person
from casework.web import arrival
from casework.web.pages import Trouble, settings
from casework.web.sign_in_page import sign_in_page
from casework.web.wording import said

BEGUN = "elsewhere"
BEGUN_SECONDS = 600
"""So long somebody may take to sign in over there."""


@open_to_all
def leave(house: str) -> Response:
    """Send somebody to sign in at another house."""
    wanted = arrival.inside(request.args.get("next", ""))
    try:
        address, kept = _begin(house)
    except CaseworkError as refusal:
        return _refused(refusal, wanted)
    session[BEGUN] = {**kept, "house": house, "next": wanted, "at": int(clock.now().timestamp())}
    session.permanent = True
    return redirect(address, HTTPStatus.SEE_OTHER)


@open_to_all
def back(house: str) -> Response:
    """Take the answer of another house, and let in whom it vouches for."""
    kept = session.pop(BEGUN, None)
    wanted = kept["next"] if isinstance(kept, dict) else ""
    try:
        vouched = _finish(house, kept)
        with unit_of_work():
            person_id = _recognised(vouched)
    except CaseworkError as refusal:
        return _refused(refusal, wanted)
    second = "provider" if vouched.strong else ""
    return arrival.enter(db.session.get_one(Person, person_id), how=house, wanted=wanted, second=second)


def _begin(house: str) -> tuple[str, dict[str, str]]:
    known = houses()
    if house == "oidc" and known.oidc is not None:
        begun = known.oidc.begin(back=_back(house))
        return begun.address, {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier}
    if house == "cas" and known.cas is not None:
        address, state = known.cas.begin(back=_back(house))
        return address, {"state": state}
    raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))


def _finish(house: str, kept: Mapping | None) -> Vouched:
    known, answer = houses(), request.args.to_dict()
    offered = known.oidc if house == "oidc" else known.cas if house == "cas" else None
    if offered is None:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    if not isinstance(kept, dict) or kept["house"] != house or clock.now().timestamp() - kept["at"] > BEGUN_SECONDS:
        raise not_believed("other_state")
    if house == "cas" and known.cas is not None:
        return known.cas.finish(answer, state=kept["state"], back=_back(house))
    secrets = {name: kept[name] for name in ("state", "nonce", "verifier")}
    return known.oidc.finish(answer, **secrets, back=_back(house))  # type: ignore[union-attr] # one of the two


def _recognised(vouched: Vouched) -> int:
    known = houses()
    house = known.oidc if vouched.provider == "oidc" else known.cas
    person = recognise(
        provider=vouched.provider,
        subject=vouched.subject,
        login=vouched.login,
        proof=vouched.proof,
        may_link=house is not None and house.settings.links,
    )
    db.session.flush()  # an identity that is new needs its person's id
    return person.id


def _back(house: str) -> str:
    return settings().base_url + url_for("web.elsewhere_back", house=house)


def _refused(refusal: CaseworkError, wanted: str) -> Response:
    if isinstance(refusal, NotFound):
        raise refusal
    status = next(status for kind, status in problems.STATUS.items() if isinstance(refusal, kind))
    return sign_in_page(wanted, Trouble(status, said(refusal.message, refusal.params)))
