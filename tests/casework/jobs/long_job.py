"""A worker whose jobs hold two that take long: `python -m … work|quick|burst <database> <folder> <queue> <away>`.

`linger` writes its process number into `lingers` of the data folder and sleeps; `die` ends its own process.
"""

import logging
import os
import signal
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from casework import jobs
from casework.app import create_app
from casework.cli.work import work
from casework.jobs import lists
from casework.jobs.keeping import keep
from tests.casework.jobs.dying_worker import settings_for


def main(what, database, folder, queue, away):
    logging.basicConfig(level=logging.INFO)

    def linger(_ref, *, seconds):
        with (Path(folder) / "lingers").open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(seconds)

    def die(_ref):
        os.kill(os.getpid(), signal.SIGKILL)

    every = {**lists.JOBS, "linger": linger, "die": die}
    jobs.run = lambda ref: keep(ref, every)
    own = {"redis_url": queue, "channels": ("inbox", "simulator"), "clock_offset": timedelta(seconds=float(away))}
    app = create_app(replace(settings_for(database, Path(folder)), **own))
    sys.exit(work(app, burst=what == "burst", quick=what == "quick"))


if __name__ == "__main__":
    main(*sys.argv[1:])
