"""Apply what SMS providers have pushed, soon after it has landed and once a minute besides."""

from flask import current_app

from casework.doors.unit import unit_of_work
from casework.notices.ways import SMS
from casework.operations.land_push import apply_pushed
from casework.operations.sweep import give_up_receipts


def apply(_ref: str = "") -> dict:
    """Apply what waits; name what a provider that pushes has never reported on."""
    changed = opted_out = waiting = 0
    last: int | None = 0
    while last is not None:
        with unit_of_work():
            found = apply_pushed(after=last)
        last = found.last
        changed, opted_out, waiting = changed + found.changed, opted_out + found.opted_out, waiting + found.waiting
    pushing = [provider for provider in SMS if current_app.extensions["casework"].receipts.get(provider)]
    with unit_of_work():
        given_up = give_up_receipts(pushing) if pushing else 0
    return {"changed": changed, "opted_out": opted_out, "waiting": waiting, "given_up": given_up}
