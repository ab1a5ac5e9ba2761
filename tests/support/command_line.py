"""The command line on a test's own installation, used as an operator uses it: words in, words and an exit code out."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from click.testing import CliRunner, Result
from flask import Flask, has_app_context

from casework.cli import context
from casework.cli.main import cli
from casework.config import Settings
from casework.db import db

NOT_OURS = ("CASEWORK_SECRET_KEY", "CASEWORK_CHANNELS", "CASEWORK_BASE_URL", "SMTP_HOST", "LC_ALL", "LANG")


@dataclass(frozen=True)
class CommandLine:
    """What an operator can do: run a command, and see it done or refused."""

    def run(self, *arguments: object, given: str | None = None) -> Result:
        """Run a command, with `given` on its standard input."""
        try:
            return CliRunner().invoke(cli, [str(each) for each in arguments], input=given, prog_name="casework")
        finally:
            if has_app_context():
                db.session.rollback()  # what the test has read before is what was true before

    def done(self, *arguments: object, given: str | None = None) -> str:
        """Run a command that must succeed, and return what it prints."""
        result = self.run(*arguments, given=given)
        assert result.exit_code == 0, (arguments, result.output, result.exception)
        return result.stdout

    def refused(self, *arguments: object, given: str | None = None) -> str:
        """Run a command that must be refused in sentences: exit code 1, no traceback; return the sentences."""
        result = self.run(*arguments, given=given)
        assert (result.exit_code, type(result.exception)) == (1, SystemExit), (arguments, result.output)
        assert result.stderr.strip()
        assert "Traceback" not in result.output
        return result.stderr


def _made_once(make: Callable[[Settings], Flask]) -> Callable[[Settings], Flask]:
    made: list[tuple[Settings, Flask]] = []

    def app_of(settings: Settings) -> Flask:
        if not made or made[0][0] != settings:
            made[:] = [(settings, make(settings))]
        return made[0][1]

    return app_of


@pytest.fixture
def command_line(settings, monkeypatch):
    """Return the command line of the installation that `settings` describe; it shares database and keys with `app`."""
    keys = {
        "secret_key": settings.secret_key,
        "sealing_keys": {name: key.hex() for name, key in settings.sealing_keys.items()},
        "index_key": settings.index_key.hex(),
    }
    (settings.data_dir / "keys.json").write_text(json.dumps(keys))
    for name in NOT_OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CASEWORK_DATA", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.setenv("CASEWORK_LANG", "zh")
    # One application serves every command of a test: making it takes longer than most commands.
    monkeypatch.setattr(context, "create_service", _made_once(context.create_service))
    return CommandLine()
