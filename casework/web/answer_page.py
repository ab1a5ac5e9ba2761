"""The graduate's pre-check page: what is registered about them, one of three answers, and the way to the official site.

It needs no account and no script. The address holds a secret that opens nothing
personal by itself: first somebody shows who they are, by a code to the registered
number, or, weaker, by student number and date of birth. Between two forms that
knowledge travels with the form, sealed, for half an hour; the browser keeps nothing:
language and size of text travel in the address, and who chose a language is
written to in it from then on.

A link that was used, has ended, was altered or belongs to a closed round gets one
page in the same words, so that nobody learns from it whether a token was ever
issued to anybody.
"""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Response, current_app, redirect, request
from flask_babel import get_locale

from casework import clock
from casework.asking import reaching
from casework.campaigns.links import Way, find_way, get_link
from casework.doors import languages, limits
from casework.doors.limits import Limit
from casework.doors.sessions import open_to_all
from casework.errors import N_
from casework.intake.answers import CONFIRMED, NEVER, WRONG
from casework.operations.check_identity import check_code, check_particulars
from casework.operations.open_link import open_link
from casework.operations.send_identity_code import send_identity_code
from casework.operations.take_answer import LONGEST, LONGEST_CORRECTION, WRONG_PARTS, take_answer
from casework.overview.registration import registration
from casework.rounds import settings as round_settings
from casework.web import appearance
from casework.web import public_lead_visit as visit
from casework.web.pages import Trouble, attempt, page
from casework.web.wording import said

ANSWERS = (
    (CONFIRMED, N_("确认无误"), N_("登记的去向、单位、岗位都与实际一致")),
    (WRONG, N_("信息有误"), N_("去向、单位、岗位等有不对的地方，或者已经离职")),
    (NEVER, N_("从未与该单位签订就业协议、劳动合同或其他录用形式"), N_("包括不知道这条登记，或者没有去过这个单位")),
)
"""The three options: the same weight, the same number of taps, none chosen beforehand."""
ROLES = {"学生本人": N_("本人"), "辅导员": N_("辅导员"), "学院": N_("学院"), "学校": N_("学校")}
"""How the registration system calls who entered something; any other word of it is shown as it stands."""
HERE = Limit("answer", an_hour=1200, at_once=240)
"""For all who share an address: a dormitory answers on one evening."""
OF_ONE = Limit("answer_link", an_hour=60, at_once=30)
TRIES = Limit("answer_token", an_hour=240, at_once=60)
PASS = "answer"  # noqa: S105 - what the sealed text is for
PASS_SECONDS = 1800
WRONG_CODE = N_("验证码不对，或者已经失效，没有通过核验。每个验证码最多试%(tries)d次，十分钟内有效；可以重新发送。")
WRONG_PARTICULARS = N_("学号或出生日期与登记的不一致，没有通过核验。请检查后再试；多次不符后只能用短信验证码。")
PASS_OVER = N_("核验身份已过半小时，没有提交。请重新核验。")
GONE, UNKNOWN = 410, 404
MOST_MADE = 200
_MADE = "casework.web.answers"
_LOOKS = frozenset({"lang", "size"})
A_MOMENT = timedelta(seconds=1)


@open_to_all
@reaching("records", why="the graduate of one link")
def shown(token: str) -> Response:
    """Show whose page this is, what will be asked and what the graduate's rights are; nothing personal."""
    found = _found(token)
    if isinstance(found, Response):
        return found
    chosen = languages.named()
    if not chosen and found.language not in {"", languages.choose()}:
        return _private(redirect(appearance.here(lang=found.language), 303))  # type: ignore[arg-type] # as elsewhere
    if not found.looked_at or chosen not in {"", found.language}:
        attempt(lambda: open_link(found.link_id, language=chosen))
    return _private(_same_for_all(found))


@open_to_all
@reaching("records", "cases", "reports", "leads", why="an answer opens or changes cases, and what hangs on them")
def answered(token: str) -> Response:
    """Take one step: send a code, check who it is, or take the answer; the form's address keeps the language."""
    visit.refuse_foreign_form()
    request.max_content_length = visit.LARGEST_FORM
    waiting = limits.wait_here(HERE) or limits.wait_of(OF_ONE, token)
    if waiting:
        return _later(waiting)
    found = _found(token)
    if isinstance(found, Response):
        return found
    return STEPS.get(request.form.get("step", ""), _begin)(found)


def _same_for_all(found: Way) -> Response:
    """Return the first page, which is the same for everybody of one school and wave: made once a process."""
    if not _LOOKS.issuperset(request.args):
        return _page("answer", found)
    made: dict[tuple[object, ...], bytes] = current_app.extensions.setdefault(_MADE, {})
    look = (languages.choose(), appearance.chosen("size"), request.script_root)
    asked = request.query_string  # a choice that stands in the address stands in the links to change it
    which = (found.school, found.official, found.until, clock.today().year, asked, *look)
    if which not in made:
        if len(made) >= MOST_MADE:
            made.clear()
        made[which] = _page("answer", found).get_data()
    return Response(made[which], mimetype="text/html")


def _begin(found: Way) -> Response:
    return _page("answer", found)


def _send(found: Way) -> Response:
    outcome = attempt(lambda: send_identity_code(get_link(found.link_id), language=str(get_locale() or "zh")))
    trouble = outcome if isinstance(outcome, Trouble) else None
    return _page("answer_code", found, trouble=trouble)


def _check_code(found: Way) -> Response:
    outcome = attempt(lambda: check_code(get_link(found.link_id), request.form.get("code", "")))
    if outcome is True:
        return _facts(found, verified=True)
    trouble = outcome if isinstance(outcome, Trouble) else Trouble(422, said(WRONG_CODE, {"tries": 5}))
    return _page("answer_code", found, trouble=trouble)


def _check_particulars(found: Way) -> Response:
    given = {name: request.form.get(name, "") for name in ("student_no", "birth_date")}
    outcome = attempt(lambda: check_particulars(get_link(found.link_id), **given))
    if outcome is True:
        return _facts(found, verified=False)
    trouble = outcome if isinstance(outcome, Trouble) else Trouble(422, said(WRONG_PARTICULARS))
    return _page("answer", found, trouble=trouble, weaker=True)


def _take(found: Way) -> Response:
    known = visit.opened(PASS, request.form.get("pass", ""), seconds=PASS_SECONDS)
    if known is None or known.get("link") != found.link_id:
        return _page("answer", found, trouble=Trouble(422, said(PASS_OVER)))
    verified, answer = bool(known.get("verified")), request.form.get("answer", "")
    outcome = attempt(lambda: _taken(found, answer, verified=verified))
    if not isinstance(outcome, Trouble):
        return _page("answer_done", found, answer=answer, verified=verified, at=outcome)
    if outcome.status == 409:  # noqa: PLR2004 - Conflict: somebody has answered by this link meanwhile
        return _gone(GONE, used=True)
    return _facts(found, verified=verified, trouble=outcome)


def _taken(found: Way, answer: str, *, verified: bool) -> datetime:
    link = get_link(found.link_id)
    return take_answer(
        link.record,
        answer=answer,
        verified=verified,
        words=request.form.get("words", ""),
        corrections={part: request.form.get(f"is_{part}", "") for part in _ticked()},
        link=link,
    ).answered_at


def _ticked() -> list[str]:
    """Return what is said to be wrong: ticked, or told what it should be."""
    ticked = request.form.getlist("wrong")
    return [part for part in WRONG_PARTS if part in ticked or request.form.get(f"is_{part}", "").strip()]


STEPS: dict[str, Callable[[Way], Response]] = {
    "send": _send,
    "code": _check_code,
    "particulars": _check_particulars,
    "answer": _take,
}


def _facts(found: Way, *, verified: bool, trouble: Trouble | None = None) -> Response:
    return _page(
        "answer_facts",
        found,
        trouble=trouble,
        facts=registration(get_link(found.link_id).record),
        answers=ANSWERS,
        roles=ROLES,
        verified=verified,
        longest=LONGEST,
        parts=WRONG_PARTS,
        ticked=_ticked(),
        longest_part=LONGEST_CORRECTION,
        given=request.form,
        known=visit.sealed(PASS, link=found.link_id, verified=verified),
    )


def _found(token: str) -> Way | Response:
    languages.keep_no_choice()
    found = find_way(token)
    if found is None:
        waiting = limits.wait_here(TRIES)  # whoever tries tokens waits; whoever holds one never comes here
        return _later(waiting) if waiting else _gone(UNKNOWN)
    return found if found.open else _gone(GONE, used=found.used)


def _later(seconds: float) -> Response:
    minutes = math.ceil(seconds / 60)
    answer = page("public/answer_wait.html", status=429, minutes=minutes, **_official(""))
    answer.headers["Retry-After"] = str(math.ceil(seconds))
    return _private(answer)


def _gone(status: int, *, used: bool = False) -> Response:
    return _private(page("public/answer_gone.html", status=status, used=used, **_official("")))


def _page(name: str, found: Way, *, trouble: Trouble | None = None, **context: object) -> Response:
    status = trouble.status if trouble else 200
    whose = {"school": found.school, "last_day": found.until - A_MOMENT} | _official(found.official)
    return _private(page(f"public/{name}.html", status=status, trouble=trouble, **whose, **context))


def _official(named: str) -> dict[str, str]:
    """Return what templates say of the official site: its name, as a round or we have it, and its address."""
    official = named or round_settings.OFFICIAL_SITE
    return {"official": official, "official_address": f"https://{official}"}


def _private(answer: Response) -> Response:
    """Let the address go to nobody else: not with a click on the official site, and into no search engine."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
