"""Whether somebody had to wait while a file was scanned: a unit of work that is open keeps others from writing."""

from casework.db import db
from casework.doors import unit
from casework.leads import clamd


def watched(monkeypatch):
    """Return a list that gets, for each file scanned from now on, whether a unit of work was open then."""
    held = []

    def scan(_content, **_named):
        held.append(bool(db.session().info.get(unit._OPEN)))
        return clamd.CLEAN

    monkeypatch.setattr(clamd, "scan", scan)
    return held
