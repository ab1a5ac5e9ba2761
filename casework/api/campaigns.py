"""Campaigns: drafted, frozen, approved, steered; whom they told; who could not be reached; who has not confirmed."""

from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas import campaigns as schemas
from casework.api.schemas.fields import Query
from casework.campaigns import queries
from casework.campaigns.facts import faults_of, plan_hash
from casework.campaigns.models import Campaign, ContactTask
from casework.campaigns.rule import LISTS
from casework.db import db
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.intake.normal import masked_name
from casework.operations import approve_campaign as approving
from casework.operations import contact_tasks as contacting
from casework.operations import draft_campaign as drafting
from casework.operations import freeze_campaign as freezing
from casework.operations import preview_audience as previewing
from casework.operations import steer_campaign as steering
from casework.operations import try_campaign as trying
from casework.operations.permit_campaign import permit_campaign
from casework.overview import told_graduates, unconfirmed
from casework.overview.campaign_sheet import sheet_of

campaigns = Resource("campaigns", "Campaigns that remind graduates to confirm, and those whom they could not reach")


@campaigns.operation("GET", "/campaigns", query=schemas.CampaignQuery, out=schemas.CampaignPage)
def list_campaigns(query: dict) -> object:
    """List the campaigns within sight, newest first."""
    known = queries.visible_campaigns(current_actor()).order_by(None)
    wanted = known.where(Campaign.state == query["state"]) if query["state"] else known
    found = page_of(
        wanted, known=known, name=Campaign.ref, after=query["after"], limit=query["limit"], newest_first=True
    )
    return {"items": [_line(each) for each in found.items], "next": found.next}


@campaigns.operation("POST", "/campaigns", body=schemas.CampaignIn, out=schemas.CampaignOut, status=201)
def draft_campaign(body: dict) -> object:
    """Draft a campaign; what is not said begins with the usual August."""
    actor = current_actor()
    organisation = seen.organisation(body.pop("organisation"), actor, "campaign:draft")
    round_ = seen.round_(body.pop("round"))
    made = drafting.draft_campaign(organisation=organisation, round_=round_, actor=actor, **_given(body))
    db.session.flush()
    return _shown(made)


@campaigns.operation("GET", "/campaigns/<name:ref>", query=Query, out=schemas.CampaignOut)
def read_campaign(_query: dict, ref: str) -> object:
    """Read a campaign with its texts, its waves and what became of them."""
    return _shown(queries.get_campaign(ref, current_actor()))


@campaigns.operation("PATCH", "/campaigns/<name:ref>", body=schemas.CampaignChange, out=schemas.CampaignOut)
def change_campaign(body: dict, ref: str) -> object:
    """Change a campaign; one that was frozen or approved returns to its draft."""
    return _shown(drafting.change_campaign(_locked(ref), actor=current_actor(), **_given(body)))


@campaigns.operation("GET", "/campaigns/<name:ref>/audience", query=Query, out=schemas.CountOut)
def count_audience(_query: dict, ref: str) -> object:
    """Count whom a campaign would list at this moment, with twenty of them."""
    actor = current_actor()
    campaign = queries.get_campaign(ref, actor)
    found = previewing.preview_audience(campaign, actor=actor)
    some = previewing.sample_audience(campaign, actor=actor)
    return vars(found) | {"sample": [masked_name(record.name) for record in some]}


@campaigns.operation("POST", "/campaigns/<name:ref>/approval", body=schemas.ApprovalIn, out=schemas.CampaignOut)
def approve_campaign(body: dict, ref: str) -> object:
    """Approve exactly what has these hashes, as another person than the drafters."""
    return _shown(approving.approve_campaign(_locked(ref), actor=current_actor(), **body))


@campaigns.operation("POST", "/campaigns/<name:ref>/steps", body=schemas.StepIn, out=schemas.CampaignOut)
def move_campaign(body: dict, ref: str) -> object:
    """Freeze, pause, resume or cancel a campaign, or try its words on oneself."""
    actor, campaign, reason = current_actor(), _locked(ref), body["reason"]
    match body["action"]:
        case "freeze":
            freezing.freeze_campaign(campaign, actor=actor)
        case "pause":
            steering.pause_campaign(campaign, reason=reason, actor=actor)
        case "resume":
            steering.resume_campaign(campaign, actor=actor)
        case "cancel":
            steering.cancel_campaign(campaign, reason=reason, actor=actor)
        case "try":
            trying.try_campaign(campaign, actor=actor)
    return _shown(campaign)


@campaigns.operation("GET", "/campaigns/<name:ref>/told", query=schemas.ToldQuery, out=schemas.ToldPage)
def list_told(query: dict, ref: str) -> object:
    """List the letters of a campaign, oldest first."""
    campaign = queries.get_campaign(ref, current_actor())
    items, after = told_graduates.told_page(campaign, after=query["after"])
    return {"items": items, "next": after}


@campaigns.operation(
    "POST",
    "/campaigns/<name:ref>/told-searches",
    body=schemas.ToldSearchIn,
    out=schemas.ToldFound,
    may_repeat=True,
    own_units=True,
)
def find_told(body: dict, ref: str) -> object:
    """Say what one graduate was told, when, and by which attempt."""
    campaign = queries.get_campaign(ref, current_actor())
    return {
        "on_the_list": told_graduates.on_the_list(campaign, student_no=body["student_no"]),
        "items": told_graduates.told_of(campaign, student_no=body["student_no"]),
    }


@campaigns.operation("GET", "/contact-tasks", query=schemas.TaskQuery, out=schemas.TaskPage)
def list_tasks(query: dict) -> object:
    """List the graduates whom no message could reach."""
    known = select(ContactTask).options(joinedload(ContactTask.record)).where(queries.in_task_scope(current_actor()))
    wanted = known.where(ContactTask.state == query["state"])
    found = page_of(wanted, known=known, name=ContactTask.ref, after=query["after"], limit=query["limit"])
    return {"items": [_task(each) for each in found.items], "next": found.next}


@campaigns.operation("POST", "/contact-tasks/<name:ref>/end", body=schemas.TaskEndIn, out=schemas.ContactTaskOut)
def end_task(body: dict, ref: str) -> object:
    """Say what came of reaching a graduate by hand."""
    return _task(contacting.end_task(queries.get_task(ref, current_actor()), actor=current_actor(), **body))


@campaigns.operation("GET", "/unconfirmed", query=schemas.GroupQuery, out=schemas.Groups)
def count_unconfirmed(query: dict) -> object:
    """Count who has not confirmed, by college or by class of one college, in the order of names."""
    round_ = seen.round_(query["round"])
    return {"items": unconfirmed.groups(current_actor(), round_id=round_.id, college=query["college"])}


def _locked(ref: str) -> Campaign:
    campaign = queries.get_campaign(ref, current_actor(), lock=True)
    permit_campaign(current_actor(), "campaign:read", campaign)
    return campaign


def _given(body: dict[str, Any]) -> dict[str, Any]:
    if "audience" in body:
        body["audience"] = {name: body["audience"].get(name, []) for name in LISTS}
    return body


def _line(found: Campaign) -> dict[str, object]:
    names = ("ref", "name", "state", "audience_count", "stop_on")
    return {name: getattr(found, name) for name in names} | {
        "organisation": found.organisation.code,
        "round": found.round.code,
    }


def _shown(found: Campaign) -> dict[str, object]:
    sheet = sheet_of(found)
    names: tuple[str, ...] = (
        "audience",
        "channels",
        "texts",
        "hour_from",
        "hour_to",
        "per_minute",
        "canary_share",
        "subtracted",
    )
    names += ("audience_hash", "frozen_at", "approved_at", "paused_because")
    return (
        _line(found)
        | {name: getattr(found, name) for name in names}
        | {
            "text_hash": plan_hash(found),
            "faults": [vars(fault) | {"message": gettext(fault.message, **fault.params)} for fault in faults_of(found)],
            "waves": sheet.waves,
            "by_channel": sheet.by_channel,
            "failures": sheet.failures,
            "tasks": sheet.tasks,
            "funnel": sheet.funnel,
        }
    )


def _task(found: ContactTask) -> dict[str, object]:
    names = ("ref", "reason", "state", "opened_at")
    return {name: getattr(found, name) for name in names} | {
        "record": found.record.ref,
        "name": masked_name(found.record.name),
    }
