"""A round from the terminal: open it, import its files."""

from datetime import datetime
from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.config import Settings
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.intake import queries as batches
from casework.jobs import intake
from casework.operations.confirm_batch import confirm_batch, drop_batch
from casework.operations.open_round import open_round
from casework.operations.take_file import take_file
from casework.people import queries as people
from casework.rounds import queries as rounds
from workflows.access import SYSTEM

AS = N_("以此账号的身份和权限办理。")
ORGANISATION = N_("机构编号，例如 ORG0201。")
ROUND = N_("轮次编号，例如 2024。")


@click.command("round", cls=spoken.SpokenCommand, help=N_("按随系统提供的表和期限建立一个轮次。"))
@click.argument("code")
def round_(code: str) -> None:
    """Open a round that ships with the service."""
    with application(), unit_of_work():
        opened = open_round(shipped=code, actor=SYSTEM)
        click.echo(spoken.say(N_("轮次“%(name)s”已建立。"), name=opened.name))


@click.command(
    "import",
    cls=spoken.SpokenCommand,
    help=N_("导入一个文件：识别、逐行校验，列出不能读取的行，确认后一次写入或全部不写。"),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--kind", default=None, help=N_("文件种类；不写则按表头识别。"))
@spoken.option("--taken-on", type=click.DateTime(["%Y-%m-%d"]), default=None, help=N_("数据截至哪一天。"))
@spoken.option("--channel", default=None, help=N_("下发清单：由谁下发，MOE_PUSH、PROV_PUSH 或 SURVEY。"))
@spoken.option("--number", "external_no", default=None, help=N_("下发清单：来件编号。"))
@spoken.option("--title", default=None, help=N_("下发清单：标题；不写则为渠道名称。"))
@spoken.option("--received-on", default=None, help=N_("下发清单：收到日期，如 2024-08-01；不写则为今天。"))
@spoken.option("--reply-by", default=None, help=N_("下发清单：回复期限，如 2024-08-05；不写则按渠道的时限。"))
@spoken.option("--yes", is_flag=True, help=N_("不再询问，直接写入能读取的行。"))
def import_(
    *,
    file: Path,
    login: str,
    organisation: str,
    round_code: str,
    kind: str | None,
    taken_on: datetime | None,
    yes: bool,
    **given: str | None,
) -> None:
    """Import one file."""
    with application() as app:
        settings: Settings = app.extensions["casework"]
        actor = acting(login)
        with unit_of_work():
            batch = take_file(
                organisation=people.get_organisation(organisation),
                round_=rounds.get_round(round_code),
                file_name=file.name,
                source=file,
                actor=actor,
                settings=settings,
                kind=kind,
                given=given,
            )
            ref = batch.ref
        intake.stage_batch("", batch=ref)
        batch = batches.get_batch(ref, actor)
        if batch.refusal:
            raise click.ClickException(spoken.say(batch.refusal["message"], **batch.refusal["params"]))
        for problem in batches.problems(batch, limit=50):
            words = spoken.say(problem.message, **problem.params)
            click.echo(
                spoken.say(
                    N_("第 %(row)d 行 %(column)s：%(words)s"), row=problem.row, column=problem.column, words=words
                )
            )
        click.echo(
            spoken.say(N_("共 %(rows_in_file)d 行，可写入 %(rows_staged)d 行，问题 %(problems)d 处。"), **batch.counts)
        )
        if not (yes or click.confirm(spoken.say(N_("写入这些行吗？")))):
            with unit_of_work():
                drop_batch(batches.get_batch(ref, actor), actor=actor, settings=settings)
            click.echo(spoken.say(N_("没有写入任何内容。")))
            return
        with unit_of_work():
            written = confirm_batch(
                batches.get_batch(ref, actor),
                actor=actor,
                settings=settings,
                taken_on=taken_on.date() if taken_on else None,
            )
            click.echo(spoken.say(N_("已写入：新增 %(new)d，更新 %(changed)d。"), **written.counts))


COMMANDS = (round_, import_)
