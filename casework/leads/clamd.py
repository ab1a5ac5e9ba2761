"""The virus scanner beside the service, asked in its own words (clamd's INSTREAM), where there is one.

`CASEWORK_CLAMD` names it: `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`.
Without it nothing is scanned, and whoever opens a file reads so. With it nothing
is kept that was not scanned: a scanner that is away is a reason to wait.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from casework.errors import N_, FileRefused, Unavailable

log = logging.getLogger("casework.clamd")
CLEAN, NOT_SCANNED = "clean", "not_scanned"
SECONDS = 20
PORT = 3310
_CHUNK = 1 << 16
_LONGEST_REPLY = 4096


def scan(content: bytes, *, name: str, address: str) -> str:
    """Return `clean`, or `not_scanned` where no scanner is named; an infected file is refused with a sentence."""
    if not address:
        return NOT_SCANNED
    try:
        reply = _ask(content, address)
    except OSError as fault:
        log.warning("the virus scanner does not answer (%s)", type(fault).__name__)
        raise _away() from fault
    if reply == "stream: OK":
        return CLEAN
    if reply.startswith("stream: ") and reply.endswith(" FOUND"):
        log.warning("a file was refused: %s", reply)
        raise FileRefused(
            N_("文件“%(name)s”没有通过病毒扫描，没有保存。请改用其他设备拍照或截图后上传。"),
            code="file_infected",
            params={"name": name},
        )
    log.error("the virus scanner gave no verdict: %s", reply[:100])
    raise _away()


def _ask(content: bytes, address: str) -> str:
    with _connected(address) as channel:
        channel.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            part = content[start : start + _CHUNK]
            channel.sendall(struct.pack("!L", len(part)) + part)
        channel.sendall(struct.pack("!L", 0))
        reply = b""
        while not reply.endswith(b"\0") and len(reply) < _LONGEST_REPLY:
            more = channel.recv(_LONGEST_REPLY)
            if not more:
                break
            reply += more
    return reply.rstrip(b"\0").decode(errors="replace").strip()


def _connected(address: str) -> socket.socket:
    where = urlsplit(address)
    if where.scheme == "unix":
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        channel.settimeout(SECONDS)
        try:
            channel.connect(where.path)
        except OSError:
            channel.close()
            raise
        return channel
    return socket.create_connection((where.hostname or "127.0.0.1", where.port or PORT), timeout=SECONDS)


def _away() -> Unavailable:
    return Unavailable(
        N_("病毒扫描暂时不可用，文件没有保存。请稍后再传；文字可以先提交，以后凭回执码补充文件。"), code="scanner_away"
    )
