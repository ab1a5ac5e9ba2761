"""A worker that is killed between the call and its record: `python -m … <database> <folder> <protocol>`.

`casework` follows the delivery protocol; `naive` looks for ready rows, sends,
and marks them sent. Both die by SIGKILL as soon as the carrier has accepted.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from casework import clock
from casework.app import create_app
from casework.config import Settings
from casework.db import db
from casework.jobs.delivery import call_once
from casework.notices.models import Message
from casework.notices.words import letter
from notifications.channels.simulator import Simulator


class Fatal(Simulator):
    def send(self, messages, *, reference):
        super().send(messages, reference=reference)
        os.kill(os.getpid(), signal.SIGKILL)


def naive(way, base_url):
    ready = db.session.scalars(select(Message).filter_by(channel=way.code, state="ready")).all()
    way.send([letter(message, base_url=base_url) for message in ready], reference="naive")
    for message in ready:
        message.state = "accepted"
    db.session.commit()


def settings_for(database, folder):
    return Settings(
        data_dir=folder,
        database_url=database,
        redis_url="unix:///nowhere/queue.sock",
        secret_key="secret for tests",
        sealing_keys={"k1": bytes(range(32))},
        index_key=bytes(range(32, 64)),
        sending={"gather_seconds": "0", "letters_a_day": "0"},  # each message by itself, so that each can be counted
        testing=True,
    )


def main(database, folder, protocol, moment):
    app = create_app(settings_for(database, Path(folder)))
    way = Fatal(Path(folder) / "carrier.jsonl")
    with app.app_context(), clock.stopped_at(datetime.fromisoformat(moment)):
        if protocol == "naive":
            naive(way, "http://127.0.0.1")
        else:
            call_once(way, base_url="http://127.0.0.1")


if __name__ == "__main__":
    main(*sys.argv[1:])
