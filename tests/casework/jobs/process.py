"""One process of the service: `python -m … work|burst|schedule <database> <folder> <queue> <seconds away from now>`."""

import logging
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from casework.app import create_app
from casework.cli.schedule import schedule
from casework.cli.work import work
from tests.casework.jobs.dying_worker import settings_for


def main(what, database, folder, queue, away):
    logging.basicConfig(level=logging.INFO)
    own = {"redis_url": queue, "channels": ("inbox", "simulator"), "clock_offset": timedelta(seconds=float(away))}
    app = create_app(replace(settings_for(database, Path(folder)), **own))
    sys.exit(schedule(app, wake_every=0.2) if what == "schedule" else work(app, burst=what == "burst"))


if __name__ == "__main__":
    main(*sys.argv[1:])
