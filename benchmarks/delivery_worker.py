"""One worker or scheduler of the service with the fake carrier behind its channel, in an interpreter of its own.

python -m benchmarks.delivery_worker work|schedule <folder> <database> <queue> <batch> product|short <offset>
"""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.fake_carrier import CHANNEL, FakeCarrier
from casework.app import create_app
from casework.cli.schedule import schedule
from casework.cli.work import work
from casework.jobs import carriers
from tests.chaos import times
from tests.chaos.ground import settings_of


def main(what: str, *given: str) -> int:
    """Keep the process until it is told to stop."""
    folder, database, queue, batch, waits, away = given
    times.take(times.SHORT if waits == "short" else times.PRODUCT)
    carriers._BUILT = {**carriers._BUILT, CHANNEL: lambda _settings: FakeCarrier(int(batch))}  # noqa: SLF001 - no setting names it
    own = settings_of(Path(folder), database, queue)
    app = create_app(replace(own, clock_offset=timedelta(seconds=float(away))))
    return work(app) if what == "work" else schedule(app, wake_every=0.5)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
