"""By which door somebody came, and from where: said once by the entrance, sealed beside each entry that is audited.

A whole address would say where a colleague sits; the part of the network that
it belongs to answers what an auditor asks (the office, or elsewhere) and is all
that is kept, as with the rate limits. Even so it is personal data: it stands in
no entry, lies sealed beside it as a committed value, and goes when the values of
its subject are erased. Of visitors of the public pages nothing is said here at
all: whoever reports something is not followed.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from casework.db import db
from casework.errors import N_

WHENCE = "whence"
_COMES = "journal_whence"


class Door(StrEnum):
    """How somebody comes in."""

    PAGE = "page"
    API = "api"
    COMMAND = "command"
    JOB = "job"

    @property
    def label(self) -> str:
        """The word on the page."""
        return _LABELS[self]


_LABELS = {
    Door.PAGE: N_("网页"),
    Door.API: N_("接口"),
    Door.COMMAND: N_("命令行"),
    Door.JOB: N_("后台任务"),
}


@dataclass(frozen=True)
class Whence:
    """The door, the part of the network (empty where there is none), and the name of the token of a program."""

    door: Door
    network: str = ""
    token: str = ""


def come_from(door: Door, *, network: str = "", token: str = "") -> None:
    """Say for the present session by which door somebody came; said again, the last counts."""
    said = {name: value for name, value in asdict(Whence(door, network, token)).items() if value}
    db.session.info[_COMES] = json.dumps(said, ensure_ascii=False, sort_keys=True)


def whence() -> str:
    """Return what was said, as it is sealed; empty where no entrance has said anything."""
    said: str = db.session.info.get(_COMES, "")
    return said


def read_whence(sealed: str) -> Whence | None:
    """Return what lies sealed beside an entry; None where it is empty or gone."""
    if not sealed:
        return None
    said = json.loads(sealed)
    return Whence(Door(said["door"]), said.get("network", ""), said.get("token", ""))
