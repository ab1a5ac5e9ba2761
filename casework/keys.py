"""Where the keys of an installation come from, and how the file that holds them changes.

Three sources, the first that is set counts: a command (`CASEWORK_KEYS_COMMAND`,
the way to a key management service), the environment (`CASEWORK_SEALING_KEYS`
with `CASEWORK_INDEX_KEY`), or `keys.json` beside the data (mode 0600), which is
made at the first start. The key of the sessions stays in the file whichever of
them is chosen, unless the source tells another. Only the file can be changed
from here; of the others we say what has to be changed there.
"""

import fcntl
import json
import os
import secrets
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from casework.errors import N_, Unavailable

KEY_BYTES = 32
COMMAND_SECONDS = 10
LONGEST_OUTPUT = 64 * 1024
LONGEST_NAME = 32


@dataclass(frozen=True, repr=False)
class Keys:
    """What a source tells: the last sealing key seals, all of them open; `added_at` of those whose moment is known."""

    sealing: Mapping[str, bytes]
    index: bytes
    secret: str
    added_at: Mapping[str, datetime]


class KeySource(Protocol):
    """A place that keys are read from, again whenever its `stamp` differs."""

    name: str

    def read(self) -> Keys:
        """Return the keys that stand there now; raise `Unavailable` with a sentence when they cannot be had."""
        ...

    def stamp(self) -> object:
        """Return something cheap that differs once the keys have changed; None where only reading tells."""
        ...


@dataclass(frozen=True)
class FileKeys:
    """`keys.json`."""

    path: Path
    name = "file"

    def read(self) -> Keys:
        """Return what the file holds."""
        return _keys_of(self._held(), place="keys.json")

    def stamp(self) -> object:
        """Return which file it is and when it was written: it is only ever replaced as a whole."""
        try:
            found = self.path.stat()
        except OSError:  # taken away under our feet: what was read before still opens
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def make(self) -> None:
        """Make new keys unless there are some; of two processes that start at once, the first one's stay."""
        if self.path.exists():
            return
        fresh = {
            "secret_key": secrets.token_hex(KEY_BYTES),
            "sealing_keys": {"k1": secrets.token_hex(KEY_BYTES)},
            "index_key": secrets.token_hex(KEY_BYTES),
        }
        partial = _written(self.path, fresh)
        try:
            os.link(partial, self.path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()

    def add(self, key: bytes, *, at: datetime) -> str:
        """Add a sealing key, which seals from now on, and return its name."""

        def added(held: dict[str, Any]) -> str:
            numbers = [int(name[1:]) for name in held["sealing_keys"] if name[:1] == "k" and name[1:].isdigit()]
            # A name that was used once is not used again: copies of the data may still be sealed by its key.
            number = max(held.get("last_number", 0), *numbers, 0) + 1
            held["sealing_keys"][f"k{number}"] = key.hex()
            held["last_number"] = number
            held.setdefault("added_at", {})[f"k{number}"] = at.isoformat()
            return f"k{number}"

        return self._change(added)

    def remove(self, name: str) -> None:
        """Take a sealing key out; the last one stays."""

        def removed(held: dict[str, Any]) -> str:
            held["sealing_keys"].pop(name, None)
            held.get("added_at", {}).pop(name, None)
            return name

        self._change(removed)

    def _held(self) -> dict[str, Any]:
        try:
            return json.loads(self.path.read_text())
        except ValueError as fault:
            raise _unreadable("keys.json") from fault
        except OSError as fault:
            raise Unavailable(
                N_("无法读取密钥文件 %(path)s（%(reason)s）。请检查该文件的权限，或从备份恢复。"),
                code="keys_unreadable",
                params={"path": str(self.path), "reason": fault.strerror or type(fault).__name__},
            ) from fault

    def _change(self, change: Callable[[dict[str, Any]], str]) -> str:
        with _locked(self.path.parent):
            held = self._held()
            done = change(held)
            _written(self.path, held).replace(self.path)
        return done


@dataclass(frozen=True, repr=False)
class GivenKeys:
    """Keys of the environment; a running process has those that it began with."""

    told: Mapping[str, str]
    secret: str
    name = "environment"

    def read(self) -> Keys:
        """Return what the environment says: `k1=<64 hex digits>,k2=…`, the last one seals."""
        pairs = (each.partition("=") for each in self.told["CASEWORK_SEALING_KEYS"].split(",") if each.strip())
        said = {
            "sealing_keys": {name.strip(): key.strip() for name, _, key in pairs},
            "index_key": self.told.get("CASEWORK_INDEX_KEY", "").strip(),
            "secret_key": self.secret,
        }
        return _keys_of(said, place="CASEWORK_SEALING_KEYS／CASEWORK_INDEX_KEY")

    def stamp(self) -> object:
        """Return always the same: nothing changes before the next start."""
        return self.name


@dataclass(frozen=True, repr=False)
class CommandKeys:
    """Keys that a command prints as JSON, in the shape of `keys.json`; run without a shell and bound in time."""

    command: str
    secret: str
    seconds: float = COMMAND_SECONDS
    name = "command"

    def read(self) -> Keys:
        """Run the command and return what it prints; nothing of its output is ever repeated in a sentence."""
        try:
            words = shlex.split(self.command)
            done = subprocess.run(words, capture_output=True, timeout=self.seconds, check=False)  # noqa: S603 - the operator's own words
        except subprocess.TimeoutExpired as fault:
            raise self._failed(f"> {self.seconds:g} s") from fault
        except (OSError, ValueError, IndexError) as fault:
            raise self._failed(type(fault).__name__) from fault
        if done.returncode:
            raise self._failed(f"exit {done.returncode}")
        try:
            said = json.loads(done.stdout[:LONGEST_OUTPUT])
        except ValueError as fault:
            raise _unreadable("CASEWORK_KEYS_COMMAND") from fault
        if not isinstance(said, dict):
            raise _unreadable("CASEWORK_KEYS_COMMAND")
        return _keys_of({"secret_key": self.secret} | said, place="CASEWORK_KEYS_COMMAND")

    def stamp(self) -> object:
        """Return nothing: whoever wants to know must ask again."""
        return None

    def _failed(self, reason: str) -> Unavailable:
        return Unavailable(
            N_("CASEWORK_KEYS_COMMAND 没有给出密钥（%(reason)s），服务没有启动。请在终端运行该命令核对。"),
            code="keys_command_failed",
            params={"reason": reason},
        )


def source_of(environ: Mapping[str, str], data_dir: Path) -> FileKeys | GivenKeys | CommandKeys:
    """Return the source that the environment chooses; `keys.json` must stand, for the key of the sessions."""
    file = FileKeys(data_dir / "keys.json")
    command = environ.get("CASEWORK_KEYS_COMMAND", "").strip()
    if command:
        return CommandKeys(command, _secret(file))
    if environ.get("CASEWORK_SEALING_KEYS", "").strip():
        wanted = ("CASEWORK_SEALING_KEYS", "CASEWORK_INDEX_KEY")
        return GivenKeys({name: environ.get(name, "") for name in wanted}, _secret(file))
    return file


def new_key() -> bytes:
    """Return a fresh key."""
    return secrets.token_bytes(KEY_BYTES)


def _secret(file: FileKeys) -> str:
    return file.read().secret


def _keys_of(held: Mapping[str, Any], *, place: str) -> Keys:
    try:
        sealing = {_name(name): _key(key) for name, key in held["sealing_keys"].items()}
        added = {name: datetime.fromisoformat(at) for name, at in held.get("added_at", {}).items()}
        found = Keys(sealing, _key(held["index_key"]), str(held["secret_key"]), added)
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        raise _unreadable(place) from fault
    if not found.sealing:
        raise _unreadable(place)
    return found


def _name(name: str) -> str:
    if not name or len(name) > LONGEST_NAME or not name.isascii() or not name.isalnum():
        raise ValueError("the name of a key")
    return name


def _key(said: str) -> bytes:
    key = bytes.fromhex(said)
    if len(key) != KEY_BYTES:
        raise ValueError("the length of a key")
    return key


def _unreadable(place: str) -> Unavailable:
    return Unavailable(
        N_("%(place)s 中的密钥不完整或格式有误，服务没有启动。每个密钥为 64 位十六进制数，封存密钥至少一个。"),
        code="keys_malformed",
        params={"place": place},
    )


def _written(path: Path, held: Mapping[str, Any]) -> Path:
    """Return a new file beside `path`, on disk as a whole, that nobody else may read."""
    partial = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(held, handle, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    return partial


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep everybody else from changing the file meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
