"""The ways out: how each does, and holding, releasing, weighing and trying one."""

from flask import current_app

from casework import clock
from casework.api.deliveries import shown
from casework.api.resource import Resource
from casework.api.schemas.deliveries import ChannelHoldIn, ChannelOut, ChannelsOut, ChannelWeightIn, StoryOut
from casework.api.schemas.fields import Query
from casework.doors.languages import gettext
from casework.doors.sessions import current_actor
from casework.errors import N_, Forbidden
from casework.notices.providers import is_held
from casework.operations.hold_channel import hold_channel, release_channel, send_test, weigh_channel
from casework.operations.permit_message import LOOK
from casework.overview.channels import WayOut, ways_out
from workflows.access import scope_of

channels = Resource("channels", "The ways out: what waits, what is held, what went through")


@channels.operation("GET", "/channels", query=Query, out=ChannelsOut)
def list_channels(_query: dict) -> object:
    """List every way out, those in use first."""
    if not scope_of(current_actor(), LOOK):
        raise Forbidden(N_("只有系统管理员可以查看发送通道。"))
    return {"items": [_shown(way) for way in _ways()], "next": None}


@channels.operation("POST", "/channels/<name:code>/hold", body=ChannelHoldIn, out=ChannelOut)
def hold_way_out(body: dict, code: str) -> object:
    """Hold a way out until a person releases it."""
    hold_channel(code, reason=body["reason"], actor=current_actor())
    return _one(code)


@channels.operation("POST", "/channels/<name:code>/release", out=ChannelOut)
def release_way_out(code: str) -> object:
    """Open a held way out again."""
    release_channel(code, actor=current_actor())
    return _one(code)


@channels.operation("POST", "/channels/<name:code>/weight", body=ChannelWeightIn, out=ChannelOut)
def weigh_way_out(body: dict, code: str) -> object:
    """Say how often an SMS provider is taken."""
    weigh_channel(code, weight=body["weight"], actor=current_actor())
    return _one(code)


@channels.operation("POST", "/channels/<name:code>/test", out=StoryOut, status=201)
def try_way_out(code: str) -> object:
    """Send oneself a test message."""
    return shown(send_test(code, actor=current_actor()))


def _ways() -> tuple[WayOut, ...]:
    return ways_out(current_app.extensions["casework"], now=clock.now())


def _one(code: str) -> dict[str, object]:
    return next(_shown(way) for way in _ways() if way.code == code)


def _shown(way: WayOut) -> dict[str, object]:
    names = ("code", "in_use", "fault", "can_be_asked", "weight", "held_at")
    return {name: getattr(way, name) for name in names} | {
        "name": gettext(way.label),
        "held": is_held(way.code),
        "held_because": gettext(way.held_because) if way.held_because and not way.held_by else way.held_because,
        "held_by": way.held_by.login if way.held_by else "",
        "waiting": way.waiting.number,
        "oldest": way.waiting.oldest,
        "accepted": way.hour.accepted,
        "refused": way.hour.refused,
        "in_doubt": way.hour.in_doubt,
    }
