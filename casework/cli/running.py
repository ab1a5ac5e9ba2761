"""Start the service: up (everything under one supervisor), and init."""

import logging
import os
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import click

from casework import clock, config
from casework.cli import queue_server, schema, spoken, start_up
from casework.cli.context import application
from casework.cli.safety import refuse_unsafe
from casework.cli.supervisor import Child, Supervisor
from casework.config import Settings
from casework.errors import N_
from casework.jobs.watchman import Watchman
from casework.service import create_service
from workflows.access_actors import ROLE_LABELS, Role

WITH_CASES = N_("演示数据是否包括已导入的文件和案件；不包括则从导入开始自己做。")
LOOKED_AT = ("demo", "plain_http")
CASEWORK = Path(sys.executable).with_name("casework")


@click.command(
    cls=spoken.SpokenCommand, help=N_("启动全部：数据库、队列服务、网页、后台任务和定时任务；按 Ctrl-C 停止。")
)
@spoken.option(
    "--demo/--no-demo", "demonstration", default=False, help=N_("首次启动时装入演示数据（虚构的岭川大学）。")
)
@spoken.option("--cases/--no-cases", "with_cases", default=True, help=WITH_CASES)
@spoken.option("--host", default="127.0.0.1", show_default=True, help=N_("网页监听的地址。"))
@spoken.option("--port", default=8000, show_default=True, help=N_("网页监听的端口。"))
@spoken.option(
    "--workers", default=2, show_default=True, help=N_("后台任务进程数；两个以上时，第一个不接耗时长的任务。")
)
def up(*, demonstration: bool, with_cases: bool, host: str, port: int, workers: int) -> None:
    """Start everything under one supervisor."""
    settings = config.load()
    start_up.require_free_port(host, port)
    with start_up.sole_use(settings.data_dir):
        address = os.environ.get("CASEWORK_BASE_URL") or f"http://{host}:{port}"
        prepare(replace(settings, base_url=address), demonstration=demonstration, with_cases=with_cases)
        environment = {"CASEWORK_BASE_URL": address, "CASEWORK_DATA": str(settings.data_dir), "PYTHONUNBUFFERED": "1"}
        accepted = _accepted(demonstration=demonstration)
        environment["CASEWORK_ACCEPT_RISKS"] = ",".join(accepted)
        with application():
            mine = replace(config.load(), base_url=address, accepts=accepted)
            refuse_unsafe(mine, listens_on=host)
        children = []
        if not os.environ.get("REDIS_URL"):
            embedded = queue_server.at(settings.data_dir)
            embedded.stop_orphan()
            environment["REDIS_URL"] = embedded.url
            children.append(Child(name="queue", argv=embedded.argv, ready=embedded.is_ready, stop_rank=3))
        children += _children(host, port, workers, environment)
        demonstrates = config.load().demo
        supervisor = Supervisor(children, translate=spoken.say)

        def ready() -> None:
            _keep_watch(environment)
            _welcome(address, demonstrates=demonstrates)

        sys.exit(supervisor.run(on_ready=ready))


@click.command(cls=spoken.SpokenCommand, help=N_("建立或升级数据库；可装入演示数据。"))
@spoken.option("--demo/--no-demo", "demonstration", default=False, help=N_("装入演示数据（虚构的岭川大学）。"))
@spoken.option("--cases/--no-cases", "with_cases", default=True, help=WITH_CASES)
def init(*, demonstration: bool, with_cases: bool) -> None:
    """Create or upgrade the database."""
    prepare(config.load(), demonstration=demonstration, with_cases=with_cases)
    click.echo(spoken.say(N_("数据库已就绪。")))


def prepare(settings: Settings, *, demonstration: bool, with_cases: bool) -> None:
    """Migrate the database and, the first time, load the demonstration."""
    with application(settings=settings, migrated=False):
        schema.upgrade(settings.migration_database_url)
        if not demonstration:
            return
        from casework import demo  # noqa: PLC0415 - it loads nearly everything, and an office never needs it

        if demo.is_loaded():
            return
    click.echo(spoken.say(N_("正在装入演示数据（约 20 秒）……")))
    logging.getLogger("casework.doorbell").setLevel(
        logging.ERROR
    )  # the queue server starts after this; it is rung then
    config.mark_demo(settings.data_dir, clock_offset=demo.offset())
    started = time.monotonic()
    fresh = replace(config.load(), base_url=settings.base_url)
    with application(settings=fresh, migrated=False):
        demo.load(fresh, say=lambda name: click.echo(f"  {name}"), with_cases=with_cases)
    click.echo(spoken.say(N_("演示数据已装入，用时 %(seconds)d 秒。"), seconds=time.monotonic() - started))


def _accepted(*, demonstration: bool) -> tuple[str, ...]:
    """Return the risks that were named: with `--demo` and an address in the same command, that people look at it.

    Where a name was set for people to come by, the demonstration is no trial any more, and has to be named itself.
    """
    named = config.load().accepts
    trial = demonstration and not os.environ.get("CASEWORK_BASE_URL")
    return (*named, *LOOKED_AT) if trial else named


def _children(host: str, port: int, workers: int, environment: dict[str, str]) -> list[Child]:
    web = [str(CASEWORK), "serve", "--host", host, "--port", str(port)]
    live = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/healthz/live"  # noqa: S104 - compared, not bound
    many = {"work": False} if workers == 1 else {f"work-{number}": number == 1 for number in range(1, workers + 1)}
    return [
        Child(name="web", argv=web, env=environment, ready=lambda: _answers(live), stop_rank=0),
        *(_worker(name, environment, quick=quick) for name, quick in many.items()),
        Child(name="schedule", argv=[str(CASEWORK), "schedule"], env=environment, stop_rank=2),
    ]


def _worker(name: str, environment: dict[str, str], *, quick: bool) -> Child:
    argv = [str(CASEWORK), "work", *(["--quick"] if quick else [])]
    return Child(name=name, argv=argv, env=environment, stop_rank=1, grace=30)


def _keep_watch(environment: dict[str, str]) -> None:
    """Watch from here too whether the scheduler is heard: the web process may have gone with it."""
    app = create_service(replace(config.load(), base_url=environment["CASEWORK_BASE_URL"]))
    Watchman(app, who="supervisor", started_at=clock.now()).keep_looking()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own address, http only
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _welcome(address: str, *, demonstrates: bool) -> None:
    click.echo("")
    click.echo(spoken.say(N_("  打开 %(address)s"), address=address))
    if demonstrates:
        from casework import demo  # noqa: PLC0415 - as above

        now = clock.now().astimezone(clock.BEIJING)
        click.echo(
            spoken.say(
                N_("  演示时间从 %(now)s 起走；账号（密码均为 %(password)s）："),
                now=f"{now:%Y-%m-%d %H:%M}",
                password=demo.PASSWORD,
            )
        )
        click.echo(spoken.say(N_("  毕业生收到的短信：%(address)s/demo/phones"), address=address))
        for login, role in demo.LOGINS:
            click.echo(f"    {login}  {spoken.say(ROLE_LABELS[Role(role)])}")
    click.echo(spoken.say(N_("  按 Ctrl-C 停止。")))
    click.echo("")


COMMANDS = (up, init)
