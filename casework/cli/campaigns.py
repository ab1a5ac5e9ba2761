"""Campaigns from the terminal: drafted, looked at, frozen, approved, paused, and what became of them."""

import json
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework.campaigns import queries
from casework.campaigns.audience import REASONS
from casework.campaigns.facts import faults_of, plan_hash
from casework.campaigns.models import Campaign, ContactTask
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.clock import BEIJING
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_, Invalid
from casework.intake.normal import masked_name
from casework.operations.approve_campaign import approve_campaign
from casework.operations.contact_tasks import OUTCOMES, end_task
from casework.operations.draft_campaign import change_campaign, draft_campaign
from casework.operations.export_told import export_told
from casework.operations.fan_out import LEFT_OUT
from casework.operations.freeze_campaign import freeze_campaign
from casework.operations.preview_audience import preview_audience, sample_audience
from casework.operations.steer_campaign import cancel_campaign, pause_campaign, resume_campaign
from casework.operations.try_campaign import try_campaign
from casework.overview.campaign_sheet import sheet_of
from casework.people import queries as people
from casework.rounds import queries as rounds
from workflows.access import Actor
from workflows.campaign import CAMPAIGN

REASON = N_("理由，记入日志。")
TEXTS = N_("JSON 文件：渠道（sms、smtp）→ 语言（zh、en）→ 内容。")


@click.group(cls=spoken.SpokenGroup, help=N_("提醒活动：拟制、核准、发送、查看结果。"))
def campaign() -> None:
    """Everything about campaigns."""


@campaign.command("list", help=N_("列出权限范围内的提醒活动，最近的在前。"))
@spoken.option("--as", "login", required=True, help=AS)
def list_(*, login: str) -> None:
    """List campaigns."""
    with application():
        for found in db.session.scalars(queries.visible_campaigns(acting(login))):
            state = spoken.say(CAMPAIGN.state_of(found).label)
            click.echo(f"{found.ref}  {state}  {found.audience_count}  {found.stop_on}  {found.name}")


@campaign.command(help=N_("拟制一项提醒活动；未写明的按默认的八月计划。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--name", required=True, help=N_("名称。"))
@spoken.option("--college", "colleges", multiple=True, help=N_("只提醒这些学院，可写多次。"))
@spoken.option("--class", "classes", multiple=True, help=N_("只提醒这些班级，可写多次。"))
@spoken.option("--channel", "channels", multiple=True, help=N_("渠道，按先后写：sms、smtp。"))
@spoken.option("--start", "starts", multiple=True, help=N_("批次开始时间（北京时间），如 2024-08-08T10:00，可写多次。"))
@spoken.option("--texts", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None, help=TEXTS)
def draft(
    *,
    login: str,
    organisation: str,
    round_code: str,
    name: str,
    colleges: tuple[str, ...],
    classes: tuple[str, ...],
    channels: tuple[str, ...],
    starts: tuple[str, ...],
    texts: Path | None,
) -> None:
    """Draft a campaign; print its name."""
    given: dict[str, object] = {}
    if colleges or classes:
        given["audience"] = {"colleges": list(colleges), "classes": list(classes)}
    if channels:
        given["channels"] = list(channels)
    if starts:
        given["starts"] = [_moment(start) for start in starts]
    if texts:
        given["texts"] = _read(texts)
    with application(), unit_of_work():
        place, round_ = people.get_organisation(organisation), rounds.get_round(round_code)
        made = draft_campaign(organisation=place, round_=round_, name=name, actor=acting(login), **given)
        click.echo(made.ref)


@campaign.command(help=N_("换掉内容；已固定或核准的退回拟制。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--texts", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help=TEXTS)
def write(*, ref: str, login: str, texts: Path) -> None:
    """Put other texts in."""
    with application(), unit_of_work():
        actor = acting(login)
        change_campaign(_locked(ref, actor), actor=actor, texts=_read(texts))


@campaign.command(help=N_("查看一项提醒活动：范围、内容检查、批次、结果。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
def show(*, ref: str, login: str) -> None:
    """Print a campaign in figures."""
    with application():
        found = queries.get_campaign(ref, acting(login))
        state = CAMPAIGN.state_of(found)
        click.echo(f"{found.name}  {spoken.say(state.label)}  {spoken.say(state.sentence)}")
        if found.paused_because:
            click.echo(found.paused_because)
        click.echo(
            spoken.say(N_("名单 %(count)s 人，校验值 %(hash)s"), count=found.audience_count, hash=found.audience_hash)
        )
        click.echo(spoken.say(N_("内容校验值 %(hash)s"), hash=plan_hash(found)))
        for fault in faults_of(found):
            words = spoken.say(fault.message, **fault.params)
            click.echo(f"! {fault.channel}/{fault.language}  {words}  {fault.excerpt}")
        sheet = sheet_of(found)
        for wave in sheet.waves:
            left = "，".join(f"{spoken.say(LEFT_OUT[name])} {number}" for name, number in wave.left_out.items())
            start = f"{wave.starts_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
            counts = f"{wave.fate.sent}/{wave.expected}"
            click.echo(f"{wave.number:>2}  {start}  {wave.state}  {counts}  {left}")
        funnel = sheet.funnel
        click.echo(
            spoken.say(
                N_("提醒 %(reminded)s 人，送达 %(delivered)s，打开 %(opened)s，反馈 %(answered)s，立案 %(cases)s。"),
                reminded=funnel.reminded,
                delivered=funnel.delivered,
                opened=funnel.opened,
                answered=funnel.answered,
                cases=funnel.cases,
            )
        )


@campaign.command(help=N_("按现在的范围数人数，并列出 20 名（姓名已遮盖）。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
def audience(*, ref: str, login: str) -> None:
    """Count the audience."""
    with application():
        actor = acting(login)
        found = queries.get_campaign(ref, actor)
        count = preview_audience(found, actor=actor)
        words = N_("未确认 %(named)s 人，列入名单 %(listed)s 人。")
        click.echo(spoken.say(words, named=count.named, listed=count.listed))
        for name, number in count.left_off.items():
            click.echo(f"- {spoken.say(REASONS[name])}  {number}")
        click.echo("、".join(masked_name(record.name) for record in sample_audience(found, actor=actor)))


@campaign.command(help=N_("固定名单和内容。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
def freeze(*, ref: str, login: str) -> None:
    """Freeze; print both hashes for whoever approves."""
    with application(), unit_of_work():
        actor = acting(login)
        found = freeze_campaign(_locked(ref, actor), actor=actor)
        click.echo(f"{found.audience_count}  {found.audience_hash}  {found.text_hash}")


@campaign.command(help=N_("核准：须写明所核对的两个校验值。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--audience-hash", required=True, help=N_("名单校验值。"))
@spoken.option("--text-hash", required=True, help=N_("内容校验值。"))
def approve(*, ref: str, login: str, audience_hash: str, text_hash: str) -> None:
    """Approve what has these hashes."""
    with application(), unit_of_work():
        actor = acting(login)
        approve_campaign(_locked(ref, actor), audience_hash=audience_hash, text_hash=text_hash, actor=actor)


@campaign.command("try", help=N_("把内容发给自己的手机和邮箱。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
def try_(*, ref: str, login: str) -> None:
    """Send the words to oneself."""
    with application(), unit_of_work():
        actor = acting(login)
        click.echo("、".join(try_campaign(queries.get_campaign(ref, actor), actor=actor)))


@campaign.command(help=N_("立即暂停。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--reason", required=True, help=REASON)
def pause(*, ref: str, login: str, reason: str) -> None:
    """Pause at once."""
    with application(), unit_of_work():
        actor = acting(login)
        pause_campaign(_locked(ref, actor), reason=reason, actor=actor)


@campaign.command(help=N_("恢复发送。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
def resume(*, ref: str, login: str) -> None:
    """Let it go on."""
    with application(), unit_of_work():
        actor = acting(login)
        resume_campaign(_locked(ref, actor), actor=actor)


@campaign.command(help=N_("取消，尚未发出的不再发送。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--reason", required=True, help=REASON)
def cancel(*, ref: str, login: str, reason: str) -> None:
    """End it before its time."""
    with application(), unit_of_work():
        actor = acting(login)
        cancel_campaign(_locked(ref, actor), reason=reason, actor=actor)


@campaign.command(help=N_("导出谁在何时经哪一次发送收到提醒（CSV），导出记入日志。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--reason", required=True, help=REASON)
def export(*, ref: str, login: str, reason: str) -> None:
    """Print the list of whom it has told."""
    with application():
        with unit_of_work():
            actor = acting(login)
            lines = export_told(queries.get_campaign(ref, actor), reason=reason, actor=actor)
        for line in lines:
            click.echo(line, nl=False)


@campaign.command(help=N_("列出联系不上、须由人员联系的毕业生。"))
@spoken.option("--as", "login", required=True, help=AS)
def tasks(*, login: str) -> None:
    """List the open tasks."""
    with application():
        wanted = select(ContactTask).options(joinedload(ContactTask.record)).order_by(ContactTask.id)
        mine = wanted.where(ContactTask.state == "open", queries.in_task_scope(acting(login)))
        for task in db.session.scalars(mine):
            click.echo(f"{task.ref}  {task.reason}  {masked_name(task.record.name)}")


@campaign.command(help=N_("登记一项联系任务的结果。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--outcome", type=click.Choice(OUTCOMES), required=True, help=N_("结果。"))
@spoken.option("--words", required=True, help=N_("用什么方式、何时联系、结果如何。"))
def reached(*, ref: str, login: str, outcome: str, words: str) -> None:
    """Say what came of a task."""
    with application(), unit_of_work():
        actor = acting(login)
        end_task(queries.get_task(ref, actor), outcome=outcome, words=words, actor=actor)


def _locked(ref: str, actor: Actor) -> Campaign:
    return queries.get_campaign(ref, actor, lock=True)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Invalid(N_("时间“%(text)s”无法识别，应如 2024-08-08T10:00。"), params={"text": text}) from fault
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


def _read(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as fault:
        raise Invalid(N_("文件 %(path)s 不是可读的 JSON。"), params={"path": str(path)}) from fault
    return found if isinstance(found, dict) else {"": found}


COMMANDS = (campaign,)
