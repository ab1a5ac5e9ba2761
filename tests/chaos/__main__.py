"""`python -m tests.chaos [--engine sqlite] …`: one run, one line of facts; 1 when one is bad, 3 when it cannot run."""

import argparse
import json
import signal
import sys
from dataclasses import fields, replace
from pathlib import Path

from tests.chaos import facts, times
from tests.chaos.drill import Drill, run
from tests.support.services import Missing

PER_SECOND = {"letters": 25, "cases": 5}
SHOWN = 20
NOT_RUN = 3


def main() -> int:
    """Read what is wanted, do it, print the line."""
    reader = argparse.ArgumentParser(description="The service under real faults; ends with one line of facts.")
    reader.add_argument("--times", choices=("short", "product"), default="short")
    reader.add_argument("--json", type=Path, help="write every fact, and every offence by name, into this file")
    for each in fields(Drill):
        if each.name != "times":
            reader.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default))
    given = vars(reader.parse_args())
    chosen = {each.name: given[each.name] for each in fields(Drill) if given.get(each.name) is not None}
    chosen["times"] = times.PRODUCT if given["times"] == "product" else times.SHORT
    drill = replace(Drill(), **chosen)
    scaled = {name: round(rate * drill.seconds) for name, rate in PER_SECOND.items() if name not in chosen}
    drill = replace(drill, **scaled)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whatever was started is ended on the way out
    try:
        done, seen, rested = run(drill)
    except Missing as reason:
        sys.stderr.write(f"NOT RUN: {reason}\n")
        return NOT_RUN
    sys.stdout.write(facts.line(drill.engine, drill.seconds, drill.seed, done, seen) + "\n")
    if given["json"]:
        given["json"].write_text(json.dumps(facts.plain(done, seen, rested=rested), ensure_ascii=False))
    wrong = [f"{name}: {each}" for name, all_of in facts.offences(seen).items() for each in list(all_of)[:SHOWN]]
    if not rested:
        wrong.append("it did not come to rest in time")
    if not seen.sees:
        wrong.append("the naive variant came through: this run proves nothing")
    sys.stderr.writelines(f"  {each}\n" for each in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
