"""The service keeps its promise while its processes and servers are killed: one run on each database."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.chaos.__main__ import NOT_RUN

SECONDS = {"sqlite": 15, "postgresql": 60}
LONGEST = 400  # seconds for the harm, the rest after it, and a machine that has other things to do


@dataclass(frozen=True)
class Ran:
    """What a run has printed and written down."""

    status: int | None
    line: str
    wrong: str
    facts: dict


def run(engine, seconds, folder):
    """Run it as a process, so that what it forks and limits touches no other test; it ends what it started."""
    said = folder / "facts.json"
    program = [sys.executable, "-m", "tests.chaos", "--engine", engine, "--seconds", str(seconds), "--json", str(said)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line, wrong = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            line, wrong = process.communicate(timeout=60)
    sys.stdout.write(line)
    return Ran(process.returncode, line, wrong, json.loads(said.read_text()) if said.exists() else {})


@pytest.mark.skipif(sys.platform != "linux", reason="sessions and children are read from /proc")
@pytest.mark.usefixtures("queue_service")
def test_nothing_is_lost_or_sent_twice_under_kills_and_the_naive_variant_is_seen_to_fail(databases, tmp_path):
    seconds = SECONDS[databases.name]
    ran = run(databases.name, seconds, tmp_path)
    if ran.status == NOT_RUN:
        pytest.skip(ran.wrong)
    assert ran.facts.get("rested"), ran.wrong
    assert {name: len(each) for name, each in ran.facts["offences"].items()} == {
        "lost": 0,
        "twice": 0,
        "unrecorded": 0,
        "sent after opt-out or closing": 0,
    }, ran.wrong
    assert ran.facts["naive"]["lost"] + ran.facts["naive"]["twice"] > 0, "the run could not have seen an offence"
    assert sum(ran.facts["kills"].values()) >= seconds / 4
