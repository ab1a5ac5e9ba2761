"""Rehearse a season: what would be said to whom and when, with this ladder and people who forget so much."""

import csv
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import application
from casework.cli.rounds import ROUND
from casework.errors import N_
from casework.operations.fan_out import LEFT_OUT
from casework.rounds import queries as rounds
from casework.rounds.tables import SHIPPED
from casework.simulation.plan import Graduates, Leads, People, Plan, RoundPlan, ladder_in, of_round, shipped
from casework.simulation.season import Season, play
from casework.simulation.told import Line
from casework.simulation.told_outside import August, LeadsTold, WaveTold
from notifications.channels import CHANNELS
from notifications.kinds import KINDS
from workflows.access_actors import ROLE_LABELS, Role

DAY = click.DateTime(["%Y-%m-%d"])
PART = click.FloatRange(0, 1)
FIRST, LAST = (7, 23), (9, 30)
CHANNEL_LABELS = {channel.code: channel.label for channel in CHANNELS}
WHO = {
    "owner": ROLE_LABELS[Role.INVESTIGATOR],
    "supervisor": ROLE_LABELS[Role.SUPERVISOR],
    "vice": ROLE_LABELS[Role.VICE_LEADER],
    "party": ROLE_LABELS[Role.PARTY_LEADER],
    "admin": ROLE_LABELS[Role.ADMIN_LEADER],
    "leads": ROLE_LABELS[Role.LEAD_OFFICER],
    "superior": N_("上级主管部门"),
}
LEVELS = {
    "supervisor": N_("督办到就业部门负责人"),
    "vice_leader": N_("督办到分管领导"),
    "party_leader": N_("督办到党委主要负责同志"),
    "admin_leader": N_("督办到行政主要负责同志"),
    "level_above": N_("督办到上级主管部门"),
}
ANSWERS = {
    "CONFIRMED": N_("本人确认"),
    "WRONG_INFO": N_("本人反馈信息有误"),
    "NEVER_SIGNED": N_("本人反馈从未签订"),
}
LATEST = max(path.name for path in SHIPPED.iterdir() if path.is_dir())
COLUMNS = ("date", "person", "kind", "channel", "messages", "about")


@click.command(
    cls=spoken.SpokenCommand,
    help=N_("演练一季：在临时数据库和模拟时间中走完整个自查季，列出哪天对谁说了什么；不读写本单位的案件。"),
)
@spoken.option("--round", "round_code", default=LATEST, show_default=True, help=ROUND)
@spoken.option("--own", is_flag=True, help=N_("采用本单位数据库中该轮次的设置和期限（只读），而不是随系统提供的。"))
@spoken.option(
    "--ladder",
    "ladders",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("换用文件中的阶梯（JSON）；写两次或多次则逐一演练并对比。"),
)
@spoken.option("--seed", default=1, show_default=True, help=N_("随机种子；种子相同，结果相同。"))
@spoken.option("--cases", default=300, show_default=True, type=click.IntRange(1, 5000), help=N_("全季立案多少件。"))
@spoken.option("--owners", default=8, show_default=True, type=click.IntRange(1, 200), help=N_("核查员多少人。"))
@spoken.option(
    "--graduates",
    default=Graduates.number,
    show_default=True,
    type=click.IntRange(0, 5000),
    help=N_("尚未确认、由提醒活动提醒的毕业生多少人；0 则没有提醒活动。"),
)
@spoken.option(
    "--leads", default=Leads.number, show_default=True, type=click.IntRange(0, 1000), help=N_("线索多少件。")
)
@spoken.option("--act", default=People.act, show_default=True, type=PART, help=N_("经办人某日主动办理一件的概率。"))
@spoken.option("--answer", default=People.answer, show_default=True, type=PART, help=N_("收到提醒当日办理的概率。"))
@spoken.option("--forget", default=People.forget, show_default=True, type=PART, help=N_("不提醒就想不起来的案件比例。"))
@spoken.option("--begin", "first", default=None, type=DAY, help=N_("从哪天演练起；不写则为 7 月 23 日。"))
@spoken.option("--end", "last", default=None, type=DAY, help=N_("演练到哪天；不写则为 9 月 30 日。"))
@spoken.option(
    "--csv", "target", default=None, type=click.Path(dir_okay=False, path_type=Path), help=N_("把逐日明细写入此文件。")
)
def simulate(
    *,
    round_code: str,
    own: bool,
    ladders: tuple[Path, ...],
    seed: int,
    cases: int,
    owners: int,
    graduates: int,
    leads: int,
    act: float,
    answer: float,
    forget: float,
    first: datetime | None,
    last: datetime | None,
    target: Path | None,
) -> None:
    """Play it and print it."""
    round_ = _round(round_code, own=own)
    year = min(on for on, _, _ in round_.dates.values()).year
    people = People(act=act, answer=answer, forget=forget)
    begin, end = _day(first, date(year, *FIRST)), _day(last, date(year, *LAST))
    rehearsed = {path.stem: round_.with_ladder(ladder_in(path)) for path in ladders} or {round_.code: round_}
    seasons = {}
    for name, each in rehearsed.items():
        desk = Plan(each, begin, end, seed=seed, cases=cases, owners=owners, people=people)
        plan = replace(desk, graduates=Graduates(number=graduates), leads=Leads(number=leads))
        seasons[name] = _play(plan, name)
    if len(seasons) == 1:
        for line in next(iter(seasons.values())).lines:
            click.echo(_said(line))
        for wave in next(iter(seasons.values())).august.waves:
            click.echo(_said_of(wave))
        click.echo("")
    _print_sums(seasons)
    if target is not None:
        _write(target, seasons)
    if any(season.broken for season in seasons.values()):
        raise click.exceptions.Exit(1)


def _play(plan: Plan, name: str) -> Season:
    with click.progressbar(length=(plan.end - plan.begin).days + 1, label=name, file=sys.stderr) as bar:

        def on_day(_day: date) -> None:
            bar.update(1)

        return play(plan, on_day=on_day)


def _round(code: str, *, own: bool) -> RoundPlan:
    if not own:
        return shipped(code)
    with application():
        return of_round(rounds.get_round(code))


def _day(given: datetime | None, otherwise: date) -> date:
    return given.date() if given else otherwise


def _who(login: str) -> str:
    role, _, number = login.partition("-")
    return f"{spoken.say(WHO[role])} {number}"


def _said(line: Line) -> str:
    return spoken.say(
        N_("%(day)s  %(who)s  %(kind)s  %(channel)s：%(messages)d 条，涉及 %(about)d 件"),
        day=line.day.isoformat(),
        who=_who(line.login),
        kind=spoken.say(KINDS[line.kind].label),
        channel=spoken.say(CHANNEL_LABELS[line.channel]),
        messages=line.messages,
        about=line.about,
    )


def _said_of(wave: WaveTold) -> str:
    left_out = [f"{spoken.say(LEFT_OUT[reason])} {count}" for reason, count in wave.left_out.items()]
    return spoken.say(
        N_("%(day)s  第 %(number)d 批提醒：发出 %(sent)d 人，送达 %(reached)d 人；未发：%(left_out)s"),
        day=wave.on.isoformat(),
        number=wave.number,
        sent=wave.sent,
        reached=wave.reached,
        left_out=spoken.enumeration(left_out) or "0",
    )


def _print_sums(seasons: dict[str, Season]) -> None:
    """Print the numbers of each season in a column of its own, under the name of its ladder."""
    rows: list[tuple[str, list[object]]] = [("", list(seasons))]
    sums = [season.sums for season in seasons.values()]
    rows += [
        (spoken.say(N_("立案数")), [each.cases for each in sums]),
        (spoken.say(N_("季末已复核通过")), [each.finished for each in sums]),
        (spoken.say(N_("曾经逾期")), [each.late for each in sums]),
        (spoken.say(N_("发出信件")), [each.letters for each in sums]),
        (spoken.say(N_("每人每日信件：最多")), [each.most_letters_a_day for each in sums]),
        (spoken.say(N_("每人每日信件：中位数（有信之日）")), [f"{each.median_letters_a_day:g}" for each in sums]),
    ]
    rows += [(spoken.say(label), [each.escalated[level] for each in sums]) for level, label in LEVELS.items()]
    rows += _outside([season.august for season in seasons.values()], [season.leads for season in seasons.values()])
    rows.append((spoken.say(N_("不成立的投递规则")), [_broken(season) for season in seasons.values()]))
    for label, values in rows:
        click.echo("  ".join([*(f"{value!s:>10}" for value in values), label]).rstrip())


def _outside(augusts: Sequence[August], leads: Sequence[LeadsTold]) -> list[tuple[str, list[object]]]:
    """Return the rows about graduates and leads."""
    rows: list[tuple[str, list[object]]] = [
        (spoken.say(N_("提醒活动名单人数")), [each.listed for each in augusts]),
        (spoken.say(N_("发出提醒")), [sum(wave.sent for wave in each.waves) for each in augusts]),
    ]
    rows += [(spoken.say(label), [each.answers.get(code, 0) for each in augusts]) for code, label in ANSWERS.items()]
    return [
        *rows,
        (spoken.say(N_("由本人反馈立案")), [each.cases for each in augusts]),
        (spoken.say(N_("其中季末已复核通过")), [each.finished for each in augusts]),
        (spoken.say(N_("转人工联系的毕业生")), [each.unreached for each in augusts]),
        (spoken.say(N_("已确认或反馈后又被提醒")), [each.told_again for each in augusts]),
        (spoken.say(N_("线索")), [each.taken for each in leads]),
        (spoken.say(N_("季末已办结的线索")), [each.answered for each in leads]),
        (spoken.say(N_("线索临期提醒")), [each.reminded for each in leads]),
        (spoken.say(N_("线索督办")), [each.escalated for each in leads]),
    ]


def _broken(season: Season) -> str:
    return spoken.enumeration(sorted({code for _, code, _ in season.broken})) or "0"


def _write(target: Path, seasons: dict[str, Season]) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        rows: Sequence[Sequence[object]] = [
            (name, line.day.isoformat(), line.login, line.kind, line.channel, line.messages, line.about)
            for name, season in seasons.items()
            for line in season.lines
        ]
        writer = csv.writer(out)
        writer.writerow(("ladder", *COLUMNS))
        writer.writerows(rows)


COMMANDS = (simulate,)
