"""Screening from the terminal: what was imported, or files that never were."""

from datetime import datetime
from pathlib import Path

import click

from casework.cli import screening_files, screening_report, spoken
from casework.cli.context import acting, application
from casework.cli.interrupts import interrupted
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.doors.unit import unit_of_work
from casework.errors import N_, Invalid
from casework.operations.gather import gather
from casework.operations.open_cases import open_cases
from casework.operations.permit import permit
from casework.operations.promise_screening import refuse_second
from casework.operations.screen import ask, store
from casework.people import queries as people
from casework.rounds import queries as rounds

DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
EITHER = click.Path(exists=True, path_type=Path)
MODE = N_(
    "请写明要筛查什么：一个文件（casework screen 文件），"
    "或已导入的数据（casework screen --as 账号 --organisation 机构 --round 轮次）。"
)


@click.command(
    cls=spoken.SpokenCommand,
    help=N_(
        "运行筛查规则：对已导入的数据（--as、--organisation、--round），或对没有导入的文件（FILE，不需要数据库）。"
    ),
)
@click.argument("file", type=FILE, required=False)
@spoken.option("--as", "login", default=None, help=AS)
@spoken.option("--organisation", default=None, help=ORGANISATION)
@spoken.option("--round", "round_code", default=None, help=ROUND)
@spoken.option("--open", "opening", is_flag=True, help=N_("按筛查结果立案（只用于已导入的数据）。"))
@spoken.option("--register", "employers", type=FILE, default=None, help=N_("用人单位登记信息。"))
@spoken.option("--changes", type=FILE, default=None, help=N_("修改日志。"))
@spoken.option(
    "--confirmations", type=EITHER, default=None, help=N_("毕业生确认情况：一个文件，或放各次快照的文件夹。")
)
@spoken.option("--proofs", type=FILE, default=None, help=N_("佐证材料清单。"))
@spoken.option("--minimum-wages", "minimum_wages", type=FILE, default=None, help=N_("最低工资标准。"))
@spoken.option("--operators", type=FILE, default=None, help=N_("登记系统账号。"))
@spoken.option(
    "--frame", "others", multiple=True, help=N_("其他数据：名称=Parquet 文件，例如 history=历年人数.parquet。")
)
@spoken.option("--closed-at", type=DAY, multiple=True, help=N_("自查报告办结的时间（北京时间），可写多次。"))
@spoken.option("--cohort", type=int, default=None, help=N_("届别，例如 2024；不写则取截止日期的年份。"))
@spoken.option("--as-of", type=DAY, default=None, help=N_("事实截至何时（北京时间）；不写则为现在。"))
@spoken.option("--exported-at", type=DAY, default=None, help=N_("登记数据何时导出；不写则与 --as-of 相同。"))
@spoken.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help=N_("疑点写入此文件（.csv 或 .parquet）。"),
)
@spoken.option("--rules", "codes", default="", help=N_("只运行这些规则，用逗号分开。"))
@spoken.option(
    "--against-truth", "truth", type=FOLDER, default=None, help=N_("与文件夹中的核对结果比较，列出查出和误报。")
)
@spoken.option("--memory", type=click.IntRange(64), default=1024, help=N_("内存上限（MB）。"))
@spoken.option("--threads", type=click.IntRange(1, 64), default=2, help=N_("线程数。"))
def screen(
    *,
    file: Path | None,
    login: str | None,
    organisation: str | None,
    round_code: str | None,
    opening: bool,
    others: tuple[str, ...],
    closed_at: tuple[datetime, ...],
    codes: str,
    out: Path | None,
    truth: Path | None,
    memory: int,
    threads: int,
    **given: object,
) -> None:
    """Run the rules."""
    if file is None:
        if login is None or organisation is None or round_code is None:
            raise Invalid(MODE)
        _stored(login, organisation, round_code, opening=opening)
        return
    if login or organisation or round_code or opening:
        raise Invalid(MODE)
    screening_files.screen(
        file,
        screening_files.Wanted(
            others=others,
            closed_at=closed_at,
            rules=tuple(code for code in codes.replace("，", ",").replace(" ", "").split(",") if code),
            out=out,
            truth=truth,
            memory_limit_mb=memory,
            threads=threads,
            **given,  # type: ignore[arg-type] # the options that bear the fields' own names
        ),
    )


def _stored(login: str, organisation_code: str, round_code: str, *, opening: bool) -> None:
    """Screen what was imported; Ctrl-C ends it and leaves nothing."""
    with application():
        actor = acting(login)
        organisation, round_ = people.get_organisation(organisation_code), rounds.get_round(round_code)
        permit(actor, "screening:run", organisation=organisation)
        refuse_second("", organisation=organisation.id, round_=round_.id)
        gathered = gather(organisation=organisation, round_=round_)
        with interrupted() as asked:
            screening = ask(gathered, on_progress=screening_report.progress, should_stop=asked)
        with unit_of_work():
            run = store(screening, gathered, actor=actor)
            screening_report.print_rules(screening)
            if opening:
                opened = open_cases(run, actor=actor)
                click.echo(
                    spoken.say(
                        N_("立案 %(opened)d 件，补充 %(extended)d 件，留存疑点 %(waiting)d 个。"),
                        opened=len(opened.opened),
                        extended=len(opened.extended),
                        waiting=opened.waiting,
                    )
                )


COMMANDS = (screen,)
