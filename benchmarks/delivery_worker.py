"""One worker or scheduler of the service with the fake carrier behind its channel, in an interpreter of its own.

python -m benchmarks.delivery_worker work|schedule <folder> <database> <queue> <batch> product|short <offset>
"""

import sys
from datetime import timedelta
from pathlib import Path

from benchmarks.fake_carrier import CHANNEL, FakeCarrier
from casework.cli.schedule import schedule
from casework.cli.work import work
from casework.jobs import carriers
from casework.service import create_service
from tests.chaos import times
from tests.chaos.settings import settings_at


def main(what: str, *given: str) -> int:
    """Keep the process until it is told to stop."""
    folder, database, queue, batch, waits, away = given
    times.take(times.SHORT if waits == "short" else times.PRODUCT)
    carriers._BUILT = {**carriers._BUILT, CHANNEL: lambda _settings: FakeCarrier(int(batch))}  # noqa: SLF001 - no setting names it
    offset = timedelta(seconds=float(away))
    app = create_service(settings_at(Path(folder), database, queue, clock_offset=offset))
    return work(app) if what == "work" else schedule(app, wake_every=0.5)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
