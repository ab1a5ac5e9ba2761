"""One's own notices: where one is reached, what one does not want, leave and stand-in, the calendar."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as Answer

from casework import clock
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Invalid, NotFound
from casework.intake.normal import masked_phone
from casework.operations.change_addresses import change_addresses
from casework.operations.change_calendar import end_calendar, renew_calendar
from casework.operations.mute import mute, unmute
from casework.operations.set_absence import ACTION as ABSENCE
from casework.operations.set_absence import set_absence
from casework.overview import colleagues
from casework.overview.own_ways import ways_of
from casework.people.models import Person
from casework.people.presence import present, stand_in_of
from casework.people.queries import find_person
from casework.web import shell
from casework.web.case_deeds import day_of
from casework.web.pages import Trouble, attempt, page, settings, submitted
from casework.web.wording import said
from workflows.access import Actor

DONE = MappingProxyType(
    {
        "mobile": N_("手机号已更新。"),
        "wecom": N_("企业微信账号已更新。"),
        "mute": N_("该通道的提醒已静音，督办通知仍会发送。"),
        "unmute": N_("该通道的提醒已恢复。"),
        "absence": N_("休假与代理已更新。"),
        "calendar": N_("日历订阅已关闭，原地址立即失效。"),
    }
)


@signed_in
def shown() -> Response:
    """Show how one is told."""
    return _page()


@signed_in
def change(verb: str) -> Answer:
    """Change one thing about how one is told."""
    actor = current_actor()
    if verb not in CHANGES:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    return submitted(
        lambda: CHANGES[verb](g.person, actor),
        done=said(DONE[verb]),
        to=url_for("web.notices"),
        again=lambda trouble: _page(trouble, verb),
    )


@signed_in
def new_calendar() -> Response:
    """Make the address of one's calendar anew and show it this once."""
    outcome = attempt(lambda: renew_calendar(g.person, actor=current_actor()))
    if isinstance(outcome, Trouble):
        return _page(outcome, "calendar")
    return _page(made=settings().base_url + url_for("web.calendar", key=outcome))


def stand_in_chosen() -> Person | None:
    """Return the colleague whose login the form names, None when it names nobody."""
    login = request.form.get("stand_in", "").strip()
    found = find_person(login) if login else None
    if login and found is None:
        raise Invalid(N_("没有找到代理人的账号，没有保存。"), fields={"stand_in": N_("请从列表中选择，或填写账号。")})
    return found


def last_day_chosen() -> date | None:
    """Return the last day of leave, None when the form leaves it empty."""
    return day_of("until") if request.form.get("until") else None


def _absence(person: Person, actor: Actor) -> None:
    until = last_day_chosen()
    set_absence(person, until=until, stand_in=stand_in_chosen() if until else None, actor=actor)


def _channel() -> str:
    return request.form.get("channel", "")


CHANGES: Mapping[str, Callable[[Person, Actor], object]] = MappingProxyType(
    {
        "mobile": lambda person, actor: change_addresses(
            person, changes={"mobile": request.form.get("mobile", "")}, actor=actor
        ),
        "wecom": lambda person, actor: change_addresses(
            person, changes={"wecom": request.form.get("wecom", "")}, actor=actor
        ),
        "mute": lambda person, actor: mute(person, channel=_channel(), actor=actor),
        "unmute": lambda person, actor: unmute(person, channel=_channel(), actor=actor),
        "absence": _absence,
        "calendar": lambda person, actor: end_calendar(person, actor=actor),
    }
)


def _page(trouble: Trouble | None = None, about: str = "", *, made: str = "") -> Response:
    person: Person = g.person
    here = present(person, clock.today())
    return page(
        "own/notices.html",
        status=trouble.status if trouble else 200,
        person=person,
        mobile=masked_phone(person.mobile),
        ways=ways_of(person),
        away=None if here else person.absent_until,
        stands_in=None if here else person.stand_in,
        hears=stand_in_of(person, clock.today()),
        colleagues=[(each.login, f"{each.name} {each.login}") for each in colleagues.possible_stand_ins(person)],
        standing_in_for=colleagues.standing_in_for(person),
        made=made,
        registers=shell.may(current_actor(), ABSENCE),
        trouble=trouble,
        about=about,
        given=request.form if trouble else {},
    )
