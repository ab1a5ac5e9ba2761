"""Which houses vouch for people in this installation: made once from the settings, before any door opens."""

from dataclasses import dataclass

from flask import Flask, current_app

from casework.config import Settings
from casework.doors.elsewhere.cas import Server
from casework.doors.elsewhere.oidc import Provider
from casework.doors.elsewhere.provider_settings import read_cas, read_oidc

_HELD = "casework.elsewhere"


@dataclass(frozen=True)
class Houses:
    """The houses that vouch; None where the settings name none."""

    oidc: Provider | None = None
    cas: Server | None = None

    @property
    def labels(self) -> dict[str, str]:
        """Return the houses that a sign-in page offers, each with the name that the settings give it."""
        found = {"oidc": self.oidc, "cas": self.cas}
        return {code: house.settings.label for code, house in found.items() if house is not None}


def attach(app: Flask) -> None:
    """Read the settings; raises `Unavailable` when they cannot be used."""
    settings: Settings = app.extensions["casework"]
    oidc, cas = read_oidc(settings.oidc), read_cas(settings.cas)
    app.extensions[_HELD] = Houses(Provider(oidc) if oidc else None, Server(cas) if cas else None)


def houses() -> Houses:
    """Return the houses of this installation."""
    found: Houses = current_app.extensions[_HELD]
    return found
