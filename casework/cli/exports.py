"""Files for others from the terminal: the event log of the cases, for process mining."""

from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.export_events import export_events
from casework.overview.event_files import CSV, FORMATS
from casework.people import queries as people
from casework.rounds import queries as rounds


@click.group(cls=spoken.SpokenGroup, help=N_("导出供其他软件使用的文件；导出写入日志。"))
def export() -> None:
    """Everything that is handed out."""


@export.command(help=N_("导出案件的办理过程（事件日志），不含姓名和学号，可供流程挖掘软件读取。"))
@spoken.option("--format", "form", type=click.Choice(list(FORMATS)), default=CSV, show_default=True, help=N_("格式。"))
@spoken.option("--with-persons", is_flag=True, help=N_("写明办理人的账号；须有校验日志的权限。"))
@spoken.option("--output", type=click.Path(path_type=Path), default=None, help=N_("写入的文件；不写则输出到屏幕。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
def events(
    *, form: str, with_persons: bool, output: Path | None, login: str, organisation: str, round_code: str
) -> None:
    """Write the event log, piece by piece."""
    with application():
        with unit_of_work():
            made = export_events(
                organisation=people.get_organisation(organisation),
                round_=rounds.get_round(round_code),
                form=form,
                actor=acting(login),
                with_persons=with_persons,
            )
        if output is None:
            for piece in made.pieces():
                click.echo(piece, nl=False)
            return
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(made.pieces())
        click.echo(spoken.say(N_("已写入 %(path)s。"), path=output))


COMMANDS = (export,)
