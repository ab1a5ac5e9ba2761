"""What surrounds every page: the round that is looked at, the ribbon of its dates, the menu with its counts."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, current_app, g, request, session, url_for
from flask_babel import get_locale

from casework import clock
from casework.doors import doorbell, sessions
from casework.errors import N_
from casework.operations.permit_service import watches
from casework.overview import navigation, service
from casework.overview.ribbon import Mark, ribbon
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from casework.web import appearance
from casework.working_days import calendar
from workflows.access import Actor, scope_of

CHECK_SECONDS = 15
_DELIVERY = "casework.web.delivery"


@dataclass(frozen=True)
class Entry:
    """One line of the menu: shown to whoever may do `action` anywhere; None shows it to everybody."""

    endpoint: str
    label: str
    icon: str
    action: tuple[str, ...]
    count: str = ""


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        N_("办案"),
        (
            Entry("web.queue", N_("我的待办"), "inbox", ("case:conclude", "case:accept"), "queue"),
            Entry("web.cases", N_("全部案件"), "folder", ("case:read",), "cases"),
            Entry("web.leads", N_("线索受理"), "phone", ("lead:read",), "leads"),
            Entry("web.imports", N_("导入与筛查"), "up", ("import:run", "round:settings", "lead:intake")),
        ),
    ),
    (
        N_("督办"),
        (
            Entry("web.overdue", N_("逾期督办"), "board", ("overdue:read",), "overdue"),
            Entry("web.below", N_("下级自查进展"), "folder", ("below:read",)),
            Entry("web.drifts", N_("整改后变动"), "swap", ("case:read",), "drifts"),
            Entry("web.samples", N_("抽样核查"), "ring", ("sample:draw", "overdue:read")),
            Entry("web.funnel", N_("漏斗图"), "funnel", ("funnel:read",)),
            Entry("web.rates", N_("去向统计"), "file", ("rates:read",)),
        ),
    ),
    (
        N_("签字与备案"),
        (
            Entry("web.reports", N_("自查报告"), "file", ("report:draft", "report:read")),
            Entry("web.cosign_list", N_("签字"), "seal", ("report:sign",), "cosign"),
            Entry("web.filings", N_("备案"), "send", ("filing:read",), "filing"),
        ),
    ),
    (
        N_("毕业生"),
        (
            Entry("web.campaigns", N_("提醒活动"), "send", ("campaign:read",), "campaigns"),
            Entry("web.unconfirmed", N_("未确认名单"), "users", ("case:read",)),
            Entry("web.contact_tasks", N_("人工联系"), "phone", ("campaign:read",), "contact_tasks"),
        ),
    ),
    (
        N_("系统"),
        (
            Entry("web.rules", N_("筛查规则"), "search", ("screening:run", "round:settings")),
            Entry("web.journal", N_("日志校验"), "shield", ("journal:verify",)),
            Entry("web.audit", N_("审计记录"), "search", ("audit:looks", "audit:rights"), "questions"),
            Entry("web.retention", N_("保存与清除"), "lock", ("journal:hold",), "retention"),
            # Whoever may export answers for more than a college; a college unmasks within its cases alone.
            Entry("web.subjects", N_("本人查询"), "user", ("export", "people:manage")),
            Entry("web.admin", N_("管理"), "gear", ("people:manage", "round:settings"), "deliveries"),
        ),
    ),
)

FIRST = (
    ("report:sign", "web.cosign_list"),
    ("filing:receipt", "web.filings"),
    ("people:manage", "web.admin"),
    ("audit:looks", "web.audit"),
)
"""Where somebody begins who works on no case: what they alone may do, and its page."""


def attach(app: Flask) -> None:
    """Offer the shell to every template."""
    app.before_request(_keep_settings)
    app.context_processor(_context)


def current_round() -> Round | None:
    """Return the round that this person looks at: chosen in the address, remembered, else the newest open one."""
    if "round_looked_at" not in g:
        open_ones = open_rounds()
        wanted = request.args.get("round") or session.get("round")
        g.round_looked_at = next((each for each in open_ones if each.code == wanted), None) or next(
            iter(open_ones), None
        )
        if request.args.get("round") and g.round_looked_at:
            session["round"] = g.round_looked_at.code
    return g.round_looked_at


def open_rounds() -> Sequence[Round]:
    """Return the rounds that are not closed, asked for once a request."""
    if "open_rounds" not in g:
        g.open_rounds = rounds.open_rounds()
    return g.open_rounds  # type: ignore[no-any-return] # g knows no types


def may(actor: Actor, *actions: str) -> bool:
    """Say whether the actor may do one of these anywhere at all."""
    return any(scope_of(actor, action) for action in actions)


def landing(actor: Actor) -> str:
    """Return the address where this person's own work is: of the menu the first page, where that is not somebody's."""
    first = next((entry.endpoint for _, entries in MENU for entry in entries if may(actor, *entry.action)), "web.me")
    if not may(actor, "case:conclude", "case:accept"):
        first = next((endpoint for action, endpoint in FIRST if may(actor, action)), first)
    return url_for(first)


def marks(actor: Actor) -> tuple[Mark, ...]:
    """Return the ribbon for this person's line of organisations, asked for once a request."""
    if "ribbon" not in g:
        g.ribbon = _marks(actor)
    return g.ribbon  # type: ignore[no-any-return] # g knows no types


def _marks(actor: Actor) -> tuple[Mark, ...]:
    round_ = current_round()
    if round_ is None:
        return ()
    line = sorted({part for held in actor.appointments for part in held.path})
    return ribbon(round_.id, line, today=clock.today(), calendar=calendar())


def menu(actor: Actor) -> list[tuple[str, list[Entry]]]:
    """Return the menu of this person, headings without entries left out."""
    shown = [(heading, [entry for entry in entries if may(actor, *entry.action)]) for heading, entries in MENU]
    return [(heading, entries) for heading, entries in shown if entries]


def _keep_settings() -> None:
    g.settings = current_app.extensions["casework"]
    held = g.__dict__  # one look at the proxy instead of five: public pages notice it
    for remembered in ("round_looked_at", "open_rounds", "menu_counts", "ribbon", "watches"):
        held.pop(remembered, None)


def _context() -> dict[str, object]:
    return {
        "appearance": appearance,
        "language": str(get_locale() or "zh"),
        "now": clock.now(),
        "shell": _Shell(),
    }


class _Shell:
    """Looked up by the base template only, so that a plain page (sign-in, refusal) asks the database nothing."""

    @property
    def actor(self) -> Actor | None:
        return g.get("actor")

    @property
    def home(self) -> str:
        return landing(g.actor) if g.get("actor") else url_for("web.login")

    @property
    def menu(self) -> list[tuple[str, list[Entry]]]:
        return menu(g.actor)

    @property
    def counts(self) -> dict[str, navigation.Count]:
        if "menu_counts" not in g:
            g.menu_counts = navigation.counts(g.actor, now=clock.now())
        return g.menu_counts

    @property
    def ends_in(self) -> tuple[int, int]:
        """Return in how many seconds the session ends: if nothing is asked for, and in any case."""
        idle, limit = sessions.ends_in()
        return int(idle), int(limit)

    @property
    def marks(self) -> tuple[Mark, ...]:
        return marks(g.actor)

    @property
    def rounds(self) -> list[Round]:
        return list(open_rounds())

    @property
    def round(self) -> Round | None:
        return current_round()

    @property
    def watches(self) -> bool:
        """Say whether this person looks after the installation."""
        if "watches" not in g:
            g.watches = watches(g.actor)
        return bool(g.watches)

    @property
    def alarms(self) -> int:
        """Count what the service has found wrong with itself, for whoever looks after it."""
        return len(service.open_alarms()) if self.watches else 0

    @property
    def delivery_waits(self) -> bool:
        """Say whether messages are waiting for a queue server that does not answer."""
        checked, waits = current_app.extensions.get(_DELIVERY, (0.0, False))
        if time.monotonic() - checked > CHECK_SECONDS:
            waits = not doorbell.reachable()
            current_app.extensions[_DELIVERY] = (time.monotonic(), waits)
        return waits
