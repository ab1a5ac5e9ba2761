"""Draft a campaign, and change it while nothing of it has been frozen, or by returning it to its draft."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from casework import clock, journal
from casework.campaigns.audience import CHANNELS
from casework.campaigns.models import Campaign, Wave
from casework.campaigns.plan import default_starts, default_stop, end_of
from casework.campaigns.rule import Rule
from casework.campaigns.texts import LANGUAGES, default_texts
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.operations.move_campaign import move_campaign
from casework.operations.permit import permit
from casework.operations.permit_campaign import permit_campaign
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.rounds.settings import official_site
from casework.working_days import calendar
from workflows.access import Actor

LONGEST_NAME, LONGEST_TEXT, MOST_WAVES = 100, 20_000, 20
LEAST_BETWEEN = timedelta(hours=1)
MOST_A_MINUTE = 100_000
CHANGEABLE: tuple[str, ...] = ("name", "audience", "channels", "texts", "starts", "stop_on")
CHANGEABLE += ("hour_from", "hour_to", "per_minute", "canary_share")
"""What a draft may say; everything but the name is covered by the approval."""


def draft_campaign(*, organisation: Organisation, round_: Round, name: str, actor: Actor, **given: Any) -> Campaign:
    """Draft a campaign of an organisation; what is not given (`CHANGEABLE`) begins with the usual August.

    Raises `Invalid` naming each field that cannot be taken.
    """
    permit(actor, "campaign:draft", organisation=organisation)
    if organisation.kind not in ("university", "province", "ministry"):
        raise Invalid(N_("提醒活动由学校、省级或部级拟制，没有建立。"), fields={"organisation": N_("不能在这里拟制。")})
    stop = default_stop(round_.cohort)
    starts = [start for start in default_starts(round_.cohort, calendar=calendar()) if start > clock.now()]
    campaign = Campaign(
        organisation=organisation,
        organisation_id=organisation.id,
        round=round_,
        round_id=round_.id,
        name=name,
        audience=Rule().plain(),
        channels=list(CHANNELS),
        texts=default_texts(official_site(round_)),
        stop_on=stop,
        hour_from=9,
        hour_to=20,
        per_minute=0,
        canary_share=0.01,
        drafted_by_id=actor.id,
    )
    db.session.add(campaign)
    _apply(campaign, {"starts": starts, **given, "name": name})
    db.session.flush()  # its ref is the subject of the entry
    _say(campaign, "campaign:draft", actor, sorted(given))
    return campaign


def change_campaign(campaign: Campaign, *, actor: Actor, **given: Any) -> Campaign:
    """Change what is given. A frozen, approved or paused campaign returns to its draft, its approval void.

    Raises `Conflict` while it runs (it has to be paused first) or when it is over, `Invalid` naming the fields.
    """
    permit_campaign(actor, "campaign:draft", campaign)
    if campaign.state == "running":
        raise Conflict(N_("正在发送，不能修改。请先暂停，再修改；修改后须重新固定名单并核准。"), code="running")
    if campaign.state in ("done", "cancelled"):
        raise Conflict(N_("这项提醒活动已结束，不能修改。需要时请另建一项。"), code="campaign_over")
    if campaign.state != "draft" and set(given) - {"name"}:
        move_campaign(campaign, "revise", actor=actor)
    _apply(campaign, given)
    _say(campaign, "campaign:change", actor, sorted(given))
    return campaign


def _say(campaign: Campaign, action: str, actor: Actor, fields: Sequence[str]) -> None:
    journal.record(
        organisation_id=campaign.organisation_id,
        action=action,
        actor=str(actor.id),
        subject=campaign.ref,
        facts={"fields": list(fields), "rule": campaign.audience},
    )


def _apply(campaign: Campaign, given: Mapping[str, Any]) -> None:
    unknown = sorted(set(given) - set(CHANGEABLE))
    if unknown:
        raise Invalid(N_("有不认识的内容，没有保存。"), fields=dict.fromkeys(unknown, N_("不认识的内容。")))
    wrong = {name: words for name, value in given.items() if (words := _wrong(name, value))}
    if wrong:
        raise Invalid(N_("提醒活动有内容不能保存，没有保存。请按各项提示修改后重新提交。"), fields=wrong)
    for name in CHANGEABLE:
        if name not in given or name == "starts":
            continue
        value = given[name]
        if name == "audience":
            value = Rule.read(value).plain()
        elif name == "texts":
            value = {channel: {lang: str(text) for lang, text in words.items()} for channel, words in value.items()}
        setattr(campaign, name, value.strip() if name == "name" else value)
    if campaign.hour_from >= campaign.hour_to:
        raise Invalid(N_("发送时段的开始应早于结束，没有保存。"), fields={"hour_to": N_("应晚于开始时间。")})
    if "starts" in given:
        _plan(campaign, given["starts"])
    late = [wave for wave in campaign.waves if wave.starts_at >= end_of(campaign.stop_on, hour=campaign.hour_to)]
    if any(wave.state == "planned" for wave in late):
        raise Invalid(N_("有批次晚于截止日期，没有保存。"), fields={"starts": N_("应在截止日期以前。")})


def _plan(campaign: Campaign, starts: Sequence[datetime]) -> None:
    """Put the waves to come in place of those that were planned; what has been sent stays."""
    kept = [wave for wave in campaign.waves if wave.state != "planned"]
    for wave in [wave for wave in campaign.waves if wave.state == "planned"]:
        campaign.waves.remove(wave)
        db.session.delete(wave)
    db.session.flush()  # the same numbers may come again
    first = max((wave.number for wave in kept), default=0) + 1
    for number, start in enumerate(sorted(starts), start=first):
        campaign.waves.append(Wave(number=number, starts_at=start, state="planned", left_out={}))


def _wrong(name: str, value: Any) -> str:  # noqa: PLR0911 - a sentence a field
    match name:
        case "name":
            good = isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME
            return "" if good else N_("请填写名称，不超过 100 字。")
        case "channels":
            return "" if _are_channels(value) else N_("请至少选择一个渠道（短信、邮件），并排出先后。")
        case "texts":
            return "" if _are_texts(value) else N_("内容应按渠道（sms、smtp）和语言（zh、en）分别填写。")
        case "starts":
            return "" if _are_starts(value) else N_("请填写 1 到 20 个不同的发送时间，至少间隔一小时。")
        case "stop_on":
            return "" if isinstance(value, date) else N_("请填写日期。")
        case "hour_from" | "hour_to":
            good = isinstance(value, int) and 8 <= value <= 22  # noqa: PLR2004 - nobody is woken up
            return "" if good else N_("请填写 8 到 22 之间的整点。")
        case "per_minute":
            good = isinstance(value, int) and 0 <= value <= MOST_A_MINUTE
            return "" if good else N_("请填写每分钟条数，0 表示按渠道自身的速度。")
        case "canary_share":
            good = isinstance(value, (int, float)) and 0 <= value <= 1
            return "" if good else N_("请填写 0 到 1 之间的比例。")
    return ""


def _are_channels(value: Any) -> bool:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return False
    return bool(value) and len(set(value)) == len(value) and set(value) <= set(CHANNELS)


def _are_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        channel in CHANNELS
        and isinstance(words, Mapping)
        and all(language in LANGUAGES and isinstance(text, str) for language, text in words.items())
        and all(len(text) <= LONGEST_TEXT for text in words.values())
        for channel, words in value.items()
    )


def _are_starts(value: Any) -> bool:
    if not isinstance(value, list) or not len(value) <= MOST_WAVES:
        return False
    if not all(isinstance(start, datetime) and start.tzinfo is not None for start in value):
        return False
    ordered = sorted(value)
    return all(later - earlier >= LEAST_BETWEEN for earlier, later in pairwise(ordered))
