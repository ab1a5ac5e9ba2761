"""Which units stand out among their peers, by how many persons, and whether a case of it exists.

The page asks the same comparison as the screening. It accuses nobody: a share
out of the ordinary is a reason to look, and the standing note says so under
every table. Units stand in the order of work (beyond first, then persons too
many), never in an order of merit.
"""

from collections import Counter
from dataclasses import dataclass

from flask import Response, request
from flask_babel import gettext
from markupsafe import Markup

from casework import clock
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Forbidden, NotFound
from casework.operations.mark_export import mark_of, note_export
from casework.overview import unit_counts
from casework.overview.funnel_limits import Limits, limits, widened
from casework.overview.funnel_sheet import DENOMINATORS, INSIDE, METRICS, Row, Sheet, funnel_sheet
from casework.overview.rate_table import defined_in
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.kinds import STAGES, stage_name
from casework.screening.rule import STANDING_NOTE
from casework.screening.standing import Peer
from casework.web import chart_funnel, csv_file, funnel_words, shell, words
from casework.web.pages import page
from casework.web.places import asked_universities
from casework.web.wording import said

ROWS_AT_MOST = 300
STEP_DOWN = {"university": "college", "college": "major", "major": "class"}


@dataclass(frozen=True)
class Asked:
    """What the address asks for, with what it leaves out filled in."""

    metric: str
    scope: str
    denominator: str
    degree: str
    at: str
    group: str
    round_: Round
    reached: tuple[Organisation, ...]
    organisations: tuple[Organisation, ...]

    @property
    def address(self) -> dict[str, str]:
        """Return the parameters that name this view again."""
        found = {"metric": self.metric, "scope": self.scope, "denominator": self.denominator}
        return found | {name: value for name, value in (("degree", self.degree), ("at", self.at)) if value}


@signed_in
def funnel() -> Response:
    """Show the units of a scope against their peers: a sentence, the funnel of one peer group, the table of all."""
    asked = _asked()
    sheet = _sheet(asked)
    group = _group(asked, sheet)
    lines = _lines(sheet, group) if group else []
    return page(
        "funnel/page.html",
        asked=asked,
        sheet=sheet,
        group=group,
        chart=_chart(asked, sheet, group, lines) if group else "",
        widened=widened(lines),
        shown=_listed(sheet, group),
        judged=Counter(row.standing.peer for row in sheet.rows),
        outside=Counter(row.standing.peer for row in sheet.rows if row.standing.verdict == "beyond"),
        choices=_choices(asked),
        vocabulary=funnel_words,
        note=STANDING_NOTE,
        imported=unit_counts.imported(asked.round_.id, asked.organisations),
        step_down=STEP_DOWN.get(asked.scope),
        codes={each.id: each.code for each in asked.organisations},
    )


@signed_in
def data() -> Response:
    """Hand out the table behind the funnel, and remember who took it."""
    asked = _asked()
    sheet = _sheet(asked)
    head = [
        gettext(label)
        for label in (
            N_("高校"), N_("学院"), N_("单位"), N_("人数（分母）"), N_("计入人数"), N_("占比"), N_("同类占比"),
            N_("预期人数"), N_("超出预期人数"), N_("判定"), N_("同类组"), N_("同类单位数"), N_("尾概率"),
            N_("校正后q值"), N_("案件"), N_("案件状态"),
        )
    ]  # fmt: skip
    names = {each.id: each.name for each in asked.organisations}
    body = [_line(row, names) for row in (*sheet.rows, *sheet.unjudged)]
    body.append([said(STANDING_NOTE)])
    actor = current_actor()
    where = asked.organisations[0].id if len(asked.organisations) == 1 else actor.appointments[0].organisation_id
    facts = asked.address | {"round": asked.round_.code, "units": len(body) - 1}
    subject, name = asked.at or asked.scope, f"funnel-{asked.metric}-{asked.scope}.csv"
    mark = mark_of(actor, purpose="漏斗图")
    with unit_of_work():
        note_export(mark, action="funnel:export", organisation_id=where, subject=subject, actor=actor, facts=facts)
    return csv_file.download(head, body, name=name, mark=mark)


def _asked() -> Asked:
    actor, round_ = current_actor(), shell.current_round()
    if not shell.may(actor, "funnel:read"):
        raise Forbidden(N_("您的角色不能查看漏斗图。"))
    if round_ is None:
        raise NotFound(N_("还没有开启任何轮次，没有可比较的数据。"))
    reached, chosen = asked_universities("funnel:read")
    scopes = INSIDE if len(chosen) == 1 else ("university",)
    return Asked(
        metric=_chosen("metric", tuple(funnel_words.METRICS)),
        scope=_chosen("scope", scopes),
        denominator=_chosen("denominator", DENOMINATORS),
        degree=_chosen("degree", ("", *STAGES.values())),
        at=request.args.get("at", ""),
        group=request.args.get("group", ""),
        round_=round_,
        reached=reached,
        organisations=chosen,
    )


def _chosen(name: str, known: tuple[str, ...]) -> str:
    """Return what the address says if it can be, else the first choice."""
    given = request.args.get(name, "")
    return given if given in known else known[0]


def _sheet(asked: Asked) -> Sheet:
    settled = {code for each in defined_in(asked.round_) if each.part == "total" for code in each.codes}
    return funnel_sheet(
        METRICS[asked.metric],
        asked.scope,
        organisations=asked.organisations,
        round_=asked.round_,
        among=settled if asked.denominator == "settled" else None,
        degrees={code for code, stage in STAGES.items() if stage == asked.degree} if asked.degree else None,
        on=clock.today(),
        actor=current_actor(),
    )


def _group(asked: Asked, sheet: Sheet) -> Peer | None:
    """Return the peer group that is drawn: the one asked for, else that of the first unit of the table."""
    named = {peer.name: peer for peer in sheet.peers}
    if asked.group in named:
        return named[asked.group]
    if sheet.count("beyond") or sheet.count("warning"):
        return named[sheet.rows[0].standing.peer]
    return max(sheet.peers, key=lambda peer: (peer.units, peer.name), default=None)


def _listed(sheet: Sheet, group: Peer | None) -> list[tuple[int, Row]]:
    """Return the rows of the table with their places; of too many, the outliers and the group that is drawn."""
    rows = list(enumerate(sheet.rows))
    if len(rows) <= ROWS_AT_MOST or group is None:
        return rows
    return [
        (place, row)
        for place, row in rows
        if row.standing.verdict in chart_funnel.OUTLIERS or row.standing.peer == group.name
    ]


def _lines(sheet: Sheet, group: Peer) -> list[Limits]:
    sizes = [row.standing.unit.n for row in sheet.rows if row.standing.peer == group.name]
    return limits(group, smallest=min(sizes), largest=max(sizes))


def _chart(asked: Asked, sheet: Sheet, group: Peer, lines: list[Limits]) -> Markup:
    shown = [row for row in sheet.rows if row.standing.peer == group.name]
    points = [
        chart_funnel.Point(
            label=row.label,
            n=row.standing.unit.n,
            share=row.standing.share,
            verdict=row.standing.verdict,
            href=f"#u{sheet.rows.index(row)}" if row.standing.verdict in chart_funnel.OUTLIERS else "",
        )
        for row in shown
    ]
    title = gettext(
        "%(metric)s漏斗图：%(group)s，%(units)s",
        metric=said(funnel_words.METRICS[asked.metric]),
        group=funnel_words.peer(group.name),
        units=funnel_words.units(asked.scope, len(points)),
    )
    return chart_funnel.funnel(points, lines, centre=group.centre, title=title)


def _choices(asked: Asked) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """Return the filters: name, label, options, what is chosen."""
    scopes = INSIDE if len(asked.organisations) == 1 else ("university",)

    def options(table: dict[str, str], keys: tuple[str, ...]) -> list[tuple[str, str]]:
        return [(key, said(table[key])) for key in keys]

    found = [
        ("metric", gettext("指标"), options(funnel_words.METRICS, tuple(funnel_words.METRICS)), asked.metric),
        ("scope", gettext("范围"), options(funnel_words.SCOPES, scopes), asked.scope),
        (
            "degree",
            gettext("层次"),
            [
                ("", gettext("全部层次")),
                *((stage, said(stage_name(stage))) for stage in dict.fromkeys(STAGES.values())),
            ],
            asked.degree,
        ),
        ("denominator", gettext("分母"), options(funnel_words.DENOMINATORS, DENOMINATORS), asked.denominator),
    ]
    if len(asked.reached) > 1:
        places = [("", gettext("全部高校")), *((each.code, each.name) for each in asked.reached)]
        found.insert(1, ("at", gettext("高校"), places, asked.at))
    return found


def _line(row: Row, names: dict[int, str]) -> list[object]:
    standing = row.standing
    shown = [f"{value:.6g}" if value is not None else "" for value in (standing.tail, standing.q)]
    return [
        names[row.organisation_id],
        row.college,
        row.label,
        standing.unit.n,
        standing.unit.k,
        f"{standing.share:.4f}",
        "" if standing.expected_share is None else f"{standing.expected_share:.4f}",
        "" if standing.expected is None else round(standing.expected, 1),
        "" if standing.excess is None else round(standing.excess, 1),
        said(funnel_words.VERDICTS[standing.verdict]),
        funnel_words.peer(standing.peer) if standing.peer else "",
        standing.peer_units,
        *shown,
        row.case.number if row.case else "",
        said(words.settled_label(row.case.state, row.case.conclusion)) if row.case else "",
    ]
