"""Take in one lead, by whatever channel it came: with its number, its clocks, and somebody to work on it.

What is about the body to which it was brought is never that body's: it is taken
in by the level above, under that one's number, so that no counter, journal or
list below shows that there is something to look for.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select

from casework import clock
from casework.asking import reaching
from casework.db import db, insert_new
from casework.errors import N_, Conflict, Invalid
from casework.leads.channels import get_channel
from casework.leads.lists import CHANNELS as LISTS
from casework.leads.models import Lead, LeadCounter
from casework.leads.queries import in_lead_scope
from casework.operations.find_officer import find_officer, tell_officer
from casework.operations.lead_steps import note_step
from casework.operations.permit import permit
from casework.operations.retime_lead import retime_lead
from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import SYSTEM, Actor
from workflows.lead_guards import HANDLING

LONGEST_TITLE, LONGEST_CONTENT, LONGEST_NUMBER = 200, 20_000, 120
ABOUT = ("student_nos", "credit_codes", "employers", "units", "places")
"""What a lead may name."""


@reaching("leads", why="a lead may go to the body above, out of the sight of whoever hands it up", writes=True)
def take_lead(
    *,
    organisation: Organisation,
    round: Round,  # noqa: A002 - the word of the trade
    channel: str,
    received_at: datetime,
    title: str,
    content: str,
    actor: Actor,
    reporter: Mapping[str, str] | None = None,
    named: bool = False,
    external_no: str | None = None,
    about: Mapping[str, object] | None = None,
    concerns: Organisation | None = None,
    batch_ref: str = "",
    reply_by: date | None = None,
    receipt_hash: str | None = None,
) -> Lead:
    """Return a new lead in `received`, told, journalled, timed and given to an officer who is there.

    `reply_by` is the day that the letter itself names. Raises `Invalid` with a sentence for each field, `Conflict`
    when the same number of the same channel was taken in before, or nobody stands above the body concerned.
    """
    permit(actor, "lead:list" if channel in LISTS else "lead:intake", organisation=organisation)
    _refuse_malformed(title, content, received_at, external_no)
    _refuse_elsewhere(round, channel)
    handling = handled_by(organisation, concerns)
    known = _known(handling, round, channel, external_no)
    if known is not None:
        raise _taken(known, actor)
    lead = Lead(
        number=_next_number(handling, round),
        organisation_id=handling.id,
        organisation=handling,
        round_id=round.id,
        round=round,
        concerns_id=concerns.id if concerns else None,
        channel=channel,
        external_no=(external_no or "").strip() or None,
        received_at=received_at,
        entered_by_id=None if actor is SYSTEM else actor.id,
        batch_ref=batch_ref,
        title=title.strip(),
        content=content.strip(),
        named=named,
        reporter=dict(reporter) if reporter else None,
        about=checked_about(about or {}),
        violations=[],
        reply_by=reply_by,
        receipt_hash=receipt_hash,
    )
    db.session.add(lead)
    note_step(
        lead,
        action="take",
        actor=actor,
        params={"channel": channel},
        facts={"named": named, "batch": batch_ref, "reply_by": reply_by.isoformat() if reply_by else None},
        states=("", "received"),
    )
    find_officer(lead, actor=actor)
    retime_lead(lead)
    tell_officer(lead, actor=actor)
    return lead


def handled_by(organisation: Organisation, concerns: Organisation | None) -> Organisation:
    """Return which body handles a lead that was brought here: the level above whatever it is about in this line."""
    if concerns is None or concerns.id not in path_of(organisation):
        return organisation
    above = concerns.parent
    while above is not None and above.kind not in HANDLING:
        above = above.parent
    if above is None:
        raise Conflict(
            N_("反映的是最高一级的单位，本系统内没有可以回避办理的上级，没有登记。请转送派驻该单位的纪检机构。"),
            code="nobody_above",
        )
    return above


def checked_about(about: Mapping[str, object]) -> dict[str, list[str]]:
    """Return what a lead names, as lists of short words; `Invalid` for a thing that no lead can name."""
    unknown = sorted(set(about) - set(ABOUT))
    if unknown:
        raise Invalid(N_("线索涉及的对象填写有误，没有保存。"), fields=dict.fromkeys(unknown, N_("没有这一项。")))
    found: dict[str, list[str]] = {}
    for name, values in about.items():
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            raise Invalid(N_("线索涉及的对象填写有误，没有保存。"), fields={name: N_("请逐项填写文字。")})
        found[name] = [value.strip() for value in values if value.strip()]
    return {name: values for name, values in found.items() if values}


def free_external_no(organisation: Organisation, lead: Lead) -> str | None:
    """Return the sender's number of a lead as it can stand with another body that may have had the same letter."""
    if _known(organisation, lead.round, lead.channel, lead.external_no) is None:
        return lead.external_no
    return f"{lead.external_no}（{lead.number}）"


def _refuse_elsewhere(round_: Round, channel: str) -> None:
    if round_.closed_at is not None:
        raise Conflict(N_("本轮次已经关闭，不能再登记线索；请登记到进行中的轮次。"), code="round_closed")
    get_channel(round_.id, channel)


def _refuse_malformed(title: str, content: str, received_at: datetime, external_no: str | None) -> None:
    wrong: dict[str, str] = {}
    if not title.strip() or len(title) > LONGEST_TITLE:
        wrong["title"] = N_("请写一句话的标题，不超过200字。")
    if not content.strip() or len(content) > LONGEST_CONTENT:
        wrong["content"] = N_("请写明反映的情况，不超过20000字。")
    if received_at > clock.now():
        wrong["received_at"] = N_("收到时间不能晚于现在。")
    if external_no and (len(external_no) > LONGEST_NUMBER or not external_no.isprintable()):
        wrong["external_no"] = N_("来件编号不超过120字，且不能有换行。")
    if wrong:
        raise Invalid(N_("线索填写不完整或有误，没有保存。"), fields=wrong)


def _taken(number: str, actor: Actor) -> Conflict:
    """Return the refusal of what was taken in before; the lead is named to whoever sees it alone."""
    seen = select(Lead.id).where(Lead.number == number, in_lead_scope(actor))
    if db.session.scalar(seen) is None:
        return Conflict(N_("这个渠道的来件编号已经登记过，没有重复登记。"), code="already_taken")
    return Conflict(
        N_("这个渠道的来件编号已经登记为线索 %(number)s，没有重复登记。"),
        code="already_taken",
        params={"number": number},
    )


def _known(organisation: Organisation, round_: Round, channel: str, external_no: str | None) -> str | None:
    """Return the number of the lead that carries this number of its sender already."""
    wanted = (external_no or "").strip()
    if not wanted:
        return None
    return db.session.scalar(
        select(Lead.number).filter_by(
            organisation_id=organisation.id, round_id=round_.id, channel=channel, external_no=wanted
        )
    )


def _next_number(organisation: Organisation, round_: Round) -> str:
    """Take the next number of this organisation and round, as LCX24-0031; the counter stays locked to the end."""
    keys = {"organisation_id": organisation.id, "round_id": round_.id}
    insert_new(LeadCounter, keys=tuple(keys), **keys, last=0)
    wanted = select(LeadCounter).filter_by(**keys)
    counter = db.session.scalars(wanted.with_for_update(key_share=True).execution_options(populate_existing=True)).one()
    counter.last += 1
    return f"{organisation.short_code}X{round_.cohort % 100:02}-{counter.last:04}"
