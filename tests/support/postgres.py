"""A private PostgreSQL cluster from the machine's own binaries: on a Unix socket, without fsync, gone afterwards.

The server refuses to run as root, so from root it runs as nobody.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.services import Missing

NOBODY = 65534
SERVER_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True)
class Cluster:
    """A running cluster: the URL of its `postgres` database, and what makes it fall and rise again."""

    url: str
    data: Path
    pg_ctl: Sequence
    options: str

    @property
    def is_running(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def start(self) -> None:
        _run([*self.pg_ctl, "-w", "-l", self.data.with_name("log"), "-o", self.options, "start"])

    def crash(self) -> None:
        """Stop at once, as after a power cut: no checkpoint, every connection broken, recovery at the next start."""
        _run([*self.pg_ctl, "-w", "-m", "immediate", "stop"])


@contextmanager
def private_cluster() -> Iterator[str]:
    """Yield the URL of a new cluster's `postgres` database; raise `Missing` with the reason when there can be none."""
    with cluster() as made:
        yield made.url


@contextmanager
def cluster(**options: str) -> Iterator[Cluster]:
    """Yield a new cluster, its server options changed as given; raise `Missing` when there can be none."""
    binaries = _binaries()
    become = _become_nobody() if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="casework-pg-") as name:
        folder = Path(name)
        if become:
            os.chown(folder, NOBODY, NOBODY)
        data = folder / "data"
        _run(
            [
                *become,
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "casework",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ]
        )
        chosen = SERVER_OPTIONS | options
        made = Cluster(
            url=f"postgresql+psycopg://casework@/postgres?host={folder}",
            data=data,
            pg_ctl=[*become, binaries / "pg_ctl", "-D", data],
            options=" ".join([f"-k {folder}", *(f"-c {key}='{value}'" for key, value in chosen.items())]),
        )
        made.start()
        try:
            yield made
        finally:
            if made.is_running:
                made.crash()


def _binaries() -> Path:
    in_path = shutil.which("pg_ctl")
    places = [Path(in_path).resolve().parent] if in_path else []
    places += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name), reverse=True
    )
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise Missing("no initdb and pg_ctl in PATH or /usr/lib/postgresql (Debian: apt-get install postgresql)")


def _become_nobody() -> list[str]:
    if not shutil.which("setpriv"):
        raise Missing("PostgreSQL refuses to run as root, and setpriv (util-linux) is not there to become nobody")
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def _run(command: list) -> None:
    environ = {**os.environ, "LC_ALL": "C"}
    # Output goes to a file: a server that inherits a pipe keeps it open, and whoever reads it waits for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, env=environ, cwd="/", stdout=output, stderr=output, check=False)
        output.seek(0)
        if done.returncode:
            raise Missing(f"{Path(command[0]).name} failed: {output.read().decode(errors='replace').strip()[-500:]}")
