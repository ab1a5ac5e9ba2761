"""The settings of an installation that is made for one run; loads nothing that the run itself does not."""

from datetime import timedelta
from pathlib import Path

from casework.config import Settings

CHANNEL = "simulator"


def settings_at(folder: Path, url: str, queue_url: str, *, clock_offset: timedelta) -> Settings:
    """Return the settings of an installation in this folder, its clock so far away from the machine's."""
    return Settings(
        data_dir=folder,
        database_url=url,
        redis_url=queue_url,
        secret_key="of a chaos run",
        sealing_keys={"k1": bytes(range(32))},
        index_key=bytes(range(32, 64)),
        channels=("inbox", CHANNEL),
        sending={"gather_seconds": "1", "letters_a_day": "0"},  # who is told twice is told twice by us
        clock_offset=clock_offset,
        testing=True,
    )
