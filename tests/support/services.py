"""What a test may need from the machine, and the one way to say that the machine does not have it.

A test asks for a service by naming its fixture. A service that cannot be had
is reported once, as NOT RUN with its reason, and the tests that need it are
skipped; with `--strict-services` they fail instead, and so does any skip.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

import pytest

LABELS = {
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "queue": "queue server (Valkey)",
    "smtp": "SMTP server",
    "imap": "IMAP server",
    "browser": "browser (Chromium)",
    "none": "no service at all",
}


class Missing(Exception):  # noqa: N818 - it names the state of the machine
    """The machine cannot give this service; the message is the reason that the summary prints."""


@dataclass
class Ledger:
    """What ran on which service, and what did not and why."""

    strict: bool
    details: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    ran: Counter[str] = field(default_factory=Counter)
    not_run: Counter[str] = field(default_factory=Counter)

    def add(self, other: dict[str, dict]) -> None:
        """Add what another process of the same run has seen, given by its `plain`."""
        self.details |= other["details"]
        self.missing |= other["missing"]
        self.ran.update(other["ran"])
        self.not_run.update(other["not_run"])

    def plain(self) -> dict[str, dict]:
        """Return it in types that travel between processes."""
        counted = {"ran": dict(self.ran), "not_run": dict(self.not_run)}
        return {"details": self.details, "missing": self.missing, **counted}

    def lines(self) -> Generator[str]:
        """Yield the table, a line a service."""
        for name, label in LABELS.items():
            if self.ran[name]:
                yield f"{label:<24} {self.ran[name]:>6} tests  {self.details.get(name, '')}".rstrip()
        for name, reason in self.missing.items():
            yield f"NOT RUN: {LABELS[name]}: {reason} ({self.not_run[name]} tests)"


LEDGER = pytest.StashKey[Ledger]()


def provide(request: pytest.FixtureRequest, name: str, service: AbstractContextManager) -> Generator:
    """Yield what `service` gives; where the machine cannot give it, write down why and let the test not run."""
    ledger = request.config.stash[LEDGER]
    with ExitStack() as held:
        try:
            given = held.enter_context(service)
        except Missing as reason:
            ledger.missing[name] = str(reason)
            pytest.skip(f"NOT RUN: {LABELS[name]}: {reason}")
        yield given


def needed_by(item: pytest.Item) -> list[str]:
    """Return the services that a test asks for, by the fixtures that it names."""
    fixtures = getattr(item, "fixturenames", ())
    needed = [name for name in ("queue", "smtp", "imap", "browser") if f"{name}_service" in fixtures]
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return [*needed, *([kind_of(parameters["databases"])] if "databases" in parameters else [])]


def kind_of(database: str) -> str:
    """Return `sqlite` or `postgresql` for what `--database` said."""
    return "sqlite" if database.startswith("sqlite") else "postgresql"
