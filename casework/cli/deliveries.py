"""What has not got across, and the ways out, from the terminal: list, repeat, drop, hold, release, weigh, try."""

from datetime import datetime

import click

from casework import clock
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_, Forbidden
from casework.notices.models import Message
from casework.notices.providers import is_held
from casework.notices.story_words import STATES, Said
from casework.operations import hold_channel as holding
from casework.operations.drop_message import drop_message
from casework.operations.permit_message import LOOK
from casework.operations.replay import replay
from casework.operations.resend import resend
from casework.overview import deliveries as told
from casework.overview.channels import ways_out
from notifications.kinds import KINDS
from workflows.access import Actor, scope_of

MOST = 200


@click.group(cls=spoken.SpokenGroup, help=N_("消息的送达情况：没有送达的、查找、重发、不再发送。"))
def deliveries() -> None:
    """Everything about messages that have left, or have not."""


@deliveries.command("list", help=N_("列出没有送达、等人处理的消息；写了条件则列出符合条件的全部消息。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--case", default="", help=N_("案号。"))
@spoken.option("--person", default="", help=N_("收件人的账号。"))
@spoken.option("--channel", default="", help=N_("通道。"))
@spoken.option("--state", default="", type=click.Choice(["", *STATES]), help=N_("状态。"))
def list_(*, login: str, case: str, person: str, channel: str, state: str) -> None:
    """List messages, newest first."""
    with application():
        actor = _administrator(login)
        asked = any((case, person, channel, state))
        wanted = told.searched(actor, case=case, login=person, channel=channel, state=state)
        wanted = wanted if asked else told.stuck(actor)
        found = db.session.scalars(wanted.order_by(Message.id.desc()).limit(MOST)).all()
        for line in told.lines(found):
            message = line.message
            words = [message.ref, _moment(line.last_at), spoken.say(KINDS[message.kind].label), line.number]
            words += [line.login, message.channel, spoken.say(STATES[message.state]), _said(line.last)]
            click.echo("  ".join(word for word in words if word))
        click.echo(spoken.say(N_("共%(n)s条（最多列出%(most)s条）。"), n=len(found), most=MOST))


@deliveries.command(help=N_("一条消息的全部经过。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
def show(*, ref: str, login: str) -> None:
    """Show one message's story."""
    with application():
        story = told.story(told.get_delivery(ref, _administrator(login)))
        for step in story.steps:
            click.echo(f"{_moment(step.at)}  {spoken.say(STATES[step.to_state])}  {_said(step.note)}".rstrip())
        if story.chain:
            click.echo(spoken.say(N_("重发：")) + " → ".join(each.ref for each in story.chain))


@deliveries.command("resend", help=N_("把没有送达的消息重发为新消息。"))
@click.argument("ref", metavar="REF")
@spoken.option("--as", "login", required=True, help=AS)
def resend_(*, ref: str, login: str) -> None:
    """Repeat a stuck message."""
    with application(), unit_of_work():
        actor = _administrator(login)
        made = resend(told.get_delivery(ref, actor), actor=actor)
        click.echo(spoken.say(N_("已重发为 %(ref)s。"), ref=made.ref))


@deliveries.command("replay", help=N_("把网络回调发过的一条消息再发一次，成为新消息。"))
@click.argument("ref", metavar="REF")
@spoken.option("--as", "login", required=True, help=AS)
def replay_(*, ref: str, login: str) -> None:
    """Repeat what a webhook has sent."""
    with application(), unit_of_work():
        actor = _administrator(login)
        made = replay(told.get_delivery(ref, actor), actor=actor)
        click.echo(spoken.say(N_("已重放为 %(ref)s。"), ref=made.ref))


@deliveries.command(help=N_("没有送达的消息不再发送。"))
@click.argument("ref")
@spoken.option("--reason", required=True, help=N_("为什么不再发送。"))
@spoken.option("--as", "login", required=True, help=AS)
def drop(*, ref: str, reason: str, login: str) -> None:
    """Let a stuck message be."""
    with application(), unit_of_work():
        actor = _administrator(login)
        drop_message(told.get_delivery(ref, actor), reason=reason, actor=actor)
        click.echo(spoken.say(N_("已记为不再发送。")))


@click.group(cls=spoken.SpokenGroup, help=N_("发送通道：查看、停用、恢复、权重、测试。"))
def channels() -> None:
    """Everything about the ways out."""


@channels.command("list", help=N_("列出在用的通道：是否停用，等待多少，最近一小时怎样。"))
@spoken.option("--as", "login", required=True, help=AS)
def list_channels(*, login: str) -> None:
    """List the ways out that are in use."""
    with application() as app:
        _administrator(login)
        for way in ways_out(app.extensions["casework"], now=clock.now()):
            if not way.in_use:
                continue
            words = N_("等待%(w)s条；最近一小时接收%(a)s条，拒绝或放回%(r)s条，待核实%(d)s条")
            hour = {"a": way.hour.accepted, "r": way.hour.refused, "d": way.hour.in_doubt}
            held = spoken.say(N_("停用")) + f" ({way.held_because})" if is_held(way.code) else spoken.say(N_("在用"))
            weight = spoken.say(N_("权重%(n)s"), n=way.weight) if way.weight is not None else ""
            line = [way.code, held, weight, spoken.say(words, w=way.waiting.number, **hour), way.fault]
            click.echo("  ".join(part for part in line if part))


@channels.command(help=N_("停用一个通道，直到有人恢复；消息在等待，不会遗漏。"))
@click.argument("code")
@spoken.option("--reason", required=True, help=N_("为什么停用。"))
@spoken.option("--as", "login", required=True, help=AS)
def hold(*, code: str, reason: str, login: str) -> None:
    """Hold a way out."""
    with application(), unit_of_work():
        holding.hold_channel(code, reason=reason, actor=acting(login))
        click.echo(spoken.say(N_("通道 %(code)s 已停用。"), code=code))


@channels.command(help=N_("恢复一个停用的通道。"))
@click.argument("code")
@spoken.option("--as", "login", required=True, help=AS)
def release(*, code: str, login: str) -> None:
    """Open a held way out again."""
    with application(), unit_of_work():
        holding.release_channel(code, actor=acting(login))
        click.echo(spoken.say(N_("通道 %(code)s 已恢复。"), code=code))


@channels.command(help=N_("设置短信服务商之间的权重；0 表示不使用。"))
@click.argument("code")
@click.argument("weight", type=int)
@spoken.option("--as", "login", required=True, help=AS)
def weight(*, code: str, weight: int, login: str) -> None:
    """Weigh an SMS provider."""
    with application(), unit_of_work():
        holding.weigh_channel(code, weight=weight, actor=acting(login))
        click.echo(spoken.say(N_("通道 %(code)s 的权重已设为%(weight)s。"), code=code, weight=weight))


@channels.command(help=N_("给自己发一条测试消息。"))
@click.argument("code")
@spoken.option("--as", "login", required=True, help=AS)
def test(*, code: str, login: str) -> None:
    """Send oneself a test message."""
    with application(), unit_of_work():
        made = holding.send_test(code, actor=acting(login))
        click.echo(spoken.say(N_("测试消息 %(ref)s 已交给通道。"), ref=made.ref))


def _administrator(login: str) -> Actor:
    actor = acting(login)
    if not scope_of(actor, LOOK):
        raise Forbidden(N_("只有系统管理员可以查看和处理消息的送达情况。"))
    return actor


def _said(note: Said) -> str:
    sentences = [spoken.say(sentence) for sentence in (note.sentence, note.then) if sentence]
    return " ".join([*sentences, note.detail]).strip()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.BEIJING):%m-%d %H:%M}"


COMMANDS = (deliveries, channels)
