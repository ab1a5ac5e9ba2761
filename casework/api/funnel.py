"""Which units stand out among their peers, by the same comparison as the page and the screening.

It accuses nobody, and the standing note goes with every answer. Units stand in
the order of work, never in an order of merit.
"""

from flask_babel import gettext

from casework import clock
from casework.api import seen
from casework.api.computed import part_of
from casework.api.rates import defined_in
from casework.api.resource import Resource
from casework.api.schemas.overview import FunnelOut, FunnelQuery
from casework.doors.sessions import current_actor
from casework.errors import N_, Forbidden, Invalid
from casework.overview import unit_counts
from casework.overview.funnel_sheet import INSIDE, METRICS, Row, Sheet, funnel_sheet
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.kinds import STAGES
from casework.screening.rule import STANDING_NOTE
from casework.screening.settings import plain
from casework.screening.standing import Peer
from workflows.access import scope_of

funnel = Resource("funnel", "Units against their peers")
ACTION = "funnel:read"
FIGURES = """share peer peer_units expected_share expected excess tail q low95 high95 low998 high998 verdict
explained_by""".split()  # noqa: SIM905 - names read better as words


@funnel.operation("GET", "/funnel", query=FunnelQuery, out=FunnelOut)
def read_funnel(query: dict) -> object:
    """Read the units of a level against their peers, the peer groups, and the case of each unit."""
    actor = current_actor()
    if not scope_of(actor, ACTION):
        raise Forbidden(N_("您的角色不能查看漏斗图。"))
    round_ = seen.round_(query["round"])
    organisations = seen.universities(query["organisation"], actor, ACTION)
    scope = _scope(query["scope"], organisations)
    sheet = _sheet(query, scope, organisations, round_)
    names = {each.id: each.code for each in organisations}
    shown, following = part_of((*sheet.rows, *sheet.unjudged), query)
    return {name: query[name] for name in ("metric", "denominator", "degree")} | {
        "round": round_.code,
        "scope": scope,
        "note": gettext(STANDING_NOTE),
        "settings": {name: plain(value) for name, value in sheet.settings.items()},
        "settings_version": sheet.settings_version,
        "beyond": sheet.count("beyond"),
        "explained": sheet.explained,
        "without_case": sheet.without_case,
        "imported": unit_counts.imported(round_.id, organisations).universities,
        "nowhere": sheet.nowhere,
        "peers": [_peer(each) for each in sheet.peers],
        "items": [_row(row, names) for row in shown],
        "next": following,
    }


def _scope(asked: str | None, organisations: tuple[Organisation, ...]) -> str:
    scopes = INSIDE if len(organisations) == 1 else ("university",)
    if asked is not None and asked not in scopes:
        raise Invalid(
            N_("提交的内容有误，没有保存。请按各项提示修改后重新提交。"), fields={"scope": N_("请从列表中选择。")}
        )
    return asked or scopes[0]


def _sheet(query: dict, scope: str, organisations: tuple[Organisation, ...], round_: Round) -> Sheet:
    settled = {code for each in defined_in(round_) if each.part == "total" for code in each.codes}
    degree = query["degree"]
    return funnel_sheet(
        METRICS[query["metric"]],
        scope,
        organisations=organisations,
        round_=round_,
        among=settled if query["denominator"] == "settled" else None,
        degrees={code for code, stage in STAGES.items() if stage == degree} if degree else None,
        on=clock.today(),
        actor=current_actor(),
    )


def _peer(peer: Peer) -> dict[str, object]:
    names = ("name", "units", "persons", "centre", "phi", "tau2", "tests")
    label = "·".join(gettext(part) for part in peer.name.split("·"))
    return {name: getattr(peer, name) for name in names} | {"label": label}


def _row(row: Row, names: dict[int, str]) -> dict[str, object]:
    standing, unit, case = row.standing, row.standing.unit, row.case
    return {name: getattr(standing, name) for name in FIGURES} | {
        "organisation": names[row.organisation_id],
        "subject": unit.subject,
        "college": row.college,
        "label": row.label,
        "graduates": unit.n,
        "counted": unit.k,
        "case": {"number": case.number, "state": case.state, "conclusion": case.conclusion} if case else None,
    }
