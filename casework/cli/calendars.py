"""The calendar from the terminal: which years are known, whether a file is fit, what it would move, load it, retime."""

from datetime import date
from pathlib import Path

import click

from casework import working_days
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ROUND
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.jobs.deadlines import retime_all
from casework.operations.load_calendar import CalendarLoaded, load_calendar
from casework.operations.reprojection import Reprojection
from workflows.access import SYSTEM, Actor
from workflows.calendar_check import checked_year
from workflows.calendars import Year, shipped

SHOWN = 10
file_ = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group(cls=spoken.SpokenGroup, help=N_("国务院节假日安排：已知年份、检查文件、试算影响、载入、重新计算期限。"))
def calendar() -> None:
    """Everything about calendars."""


@calendar.command(help=N_("列出已知的年份、版本和依据。"))
def show() -> None:
    """List the years that are known."""
    with application(migrated=False):
        known = working_days.calendar()
        for number, year in known.years.items():
            word = N_("随系统提供") if shipped().years.get(number) == year else N_("已载入")
            click.echo(f"{number}  {year.version}  {spoken.say(word)}  {_counts(year)}  {year.source}")
        click.echo(
            spoken.say(
                N_("%(year)s年及以后的安排尚未载入，不能计算该年的工作日期限；规定的日期不受影响。"),
                year=str(max(known.years) + 1),
            )
        )


@calendar.command(help=N_("检查一个年度文件，不载入。"))
@file_
def check(file: Path) -> None:
    """Say whether a file is fit, with every fault that it has."""
    year = checked_year(_text(file))
    click.echo(spoken.say(N_("%(version)s 可以载入。"), version=year.version) + f" {_counts(year)}  {year.source}")


@calendar.command(name="try", help=N_("试算载入一个年度文件会移动哪些期限、说什么，不写入任何内容。"))
@file_
@spoken.option("--as", "login", default=None, help=AS)
def try_(*, file: Path, login: str | None) -> None:
    """Say what loading a file would move."""
    with application():
        found = load_calendar(_text(file), reason="", actor=_actor(login), dry_run=True)
        _echo(found)
        click.echo(spoken.say(N_("没有写入任何内容。")))


@calendar.command(help=N_("载入一个年度文件，并重新计算所有未关闭轮次的期限。"))
@file_
@spoken.option("--as", "login", default=None, help=AS)
@spoken.option("--reason", required=True, help=N_("载入的理由，写入日志。"))
def load(*, file: Path, login: str | None, reason: str) -> None:
    """Let a file count from now on."""
    with application(), unit_of_work():
        _echo(load_calendar(_text(file), reason=reason, actor=_actor(login)))
        click.echo(spoken.say(N_("日历已载入。")))


@calendar.command(help=N_("按现有的日期、设置和日历，立即重新计算一个或全部未关闭轮次的期限。"))
@spoken.option("--round", "round_code", default=None, help=ROUND)
def retime(*, round_code: str | None) -> None:
    """Compute open deadlines anew, slice by slice."""
    with application():
        done = retime_all(round=round_code)
        click.echo(
            spoken.say(
                N_("看了 %(cases)d 件，移动 %(moved)d 件。"), cases=done["cases"] + done["leads"], moved=done["moved"]
            )
        )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _actor(login: str | None) -> Actor:
    return acting(login) if login else SYSTEM


def _counts(year: Year) -> str:
    return spoken.say(N_("休息 %(rest)d 天，补班 %(work)d 天"), rest=len(year.rest), work=len(year.make_up))


def _echo(found: CalendarLoaded) -> None:
    word = N_("%(version)s 取代 %(replaces)s。") if found.replaces else N_("%(version)s：新的年份。")
    click.echo(spoken.say(word, version=found.year.version, replaces=found.replaces))
    for each in found.rounds:
        if each.plan is None:
            click.echo(
                spoken.say(
                    N_("轮次 %(code)s：案件很多，由后台任务 %(job)s 重新计算。"), code=each.round_.code, job=each.job
                )
            )
        else:
            _echo_plan(each.round_.code, each.plan)


def _echo_plan(code: str, plan: Reprojection) -> None:
    click.echo(
        spoken.say(
            N_("轮次 %(code)s：看了 %(looked)d 件，移动 %(moved)d 件，立即逾期 %(late)d 件，向外 %(letters)d 封。"),
            code=code,
            looked=plan.looked,
            moved=len(plan.moved),
            late=plan.newly_overdue,
            letters=plan.letters,
        )
    )
    for row in plan.shifts[:SHOWN]:
        number = row.cases + row.reports + row.leads
        click.echo(f"  {row.organisation}  {_day(row.before)} → {_day(row.after)}  {number}")
    if len(plan.shifts) > SHOWN:
        click.echo("  " + spoken.say(N_("另有 %(n)d 行。"), n=len(plan.shifts) - SHOWN))
    for gap in plan.undated:
        number = gap.deadlines + gap.limits + gap.rungs
        told = spoken.say(N_("%(year)s年的安排尚未载入，%(n)d 件有日期算不出。"), year=str(gap.year), n=number)
        click.echo(f"  {told}")


def _day(day: date | None) -> str:
    return day.isoformat() if day else "—"


COMMANDS = (calendar,)
