"""The single processes of the service: serve, work, schedule, and watch for cron."""

import os
import sys
from pathlib import Path

import click

from casework import clock, config
from casework.cli import spoken
from casework.cli.context import application
from casework.cli.safety import refuse_unsafe
from casework.cli.schedule import schedule as keep_schedule
from casework.cli.work import work as keep_working
from casework.errors import N_
from casework.jobs.watchman import Watchman
from casework.service import create_service

ROOT = Path(__file__).parents[2]
SERVER = (
    "--no-ws",
    "--log-level=warning",
    "--blocking-threads=4",
    "--http1-header-read-timeout=10000",  # milliseconds: whoever sends a header a letter at a time is let go
    "--http1-buffer-size=65536",  # as much as all headers together may be
)


@click.command(cls=spoken.SpokenCommand, help=N_("只启动网页（生产环境由 systemd 等管理）。"))
@spoken.option("--host", default="127.0.0.1", show_default=True, help=N_("网页监听的地址。"))
@spoken.option("--port", default=8000, show_default=True, help=N_("网页监听的端口。"))
def serve(*, host: str, port: int) -> None:
    """Serve pages and API until told to stop."""
    os.environ["CASEWORK_BASE_URL"] = os.environ.get("CASEWORK_BASE_URL", f"http://{host}:{port}")
    settings = config.load()
    with application(settings=settings):
        refuse_unsafe(settings, listens_on=host)
    os.environ["CASEWORK_DATA"] = str(settings.data_dir)
    os.chdir(ROOT)  # `wsgi` lies beside the package
    arguments = ["--interface", "wsgi", "--host", host, "--port", str(port), *SERVER, "wsgi:app"]
    os.execv(sys.executable, [sys.executable, "-m", "granian", *arguments])  # noqa: S606 - this very interpreter


@click.command(cls=spoken.SpokenCommand, help=N_("只启动一个后台任务进程。"))
@spoken.option("--quick", is_flag=True, help=N_("不接导入、筛查等耗时长的任务，使提醒和督办不必等待。"))
def work(*, quick: bool) -> None:
    """Keep promised jobs until told to stop."""
    with application() as app:
        sys.exit(keep_working(app, quick=quick))


@click.command(cls=spoken.SpokenCommand, help=N_("只启动定时任务；可同时运行多个。"))
def schedule() -> None:
    """Ring what is due until told to stop."""
    with application() as app:
        sys.exit(keep_schedule(app))


@click.command(
    cls=spoken.SpokenCommand,
    help=N_("查看一次定时进程是否有动静；长时间没有则直接通知管理员，并以非零码退出。可由 cron 定时运行。"),
)
def watch() -> None:
    """Look once whether the scheduler is heard; for cron, which needs nothing of ours."""
    app = create_service(config.load())
    found = Watchman(app, who="watch").look()
    if found.heard_at is None:
        click.echo(spoken.say(N_("定时进程：从未有过动静，或数据库没有应答。")))
    else:
        at = f"{found.heard_at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}"
        click.echo(spoken.say(N_("定时进程：最近一次巡检在%(at)s（北京时间）。"), at=at))
    sys.exit(1 if found.silent else 0)


COMMANDS = (serve, work, schedule, watch)
