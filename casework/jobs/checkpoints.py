"""The night's checkpoints: one over every chain of the journal that grew, each in a transaction of its own."""

from casework import promises
from casework.doors.unit import unit_of_work
from casework.journal import checkpoints
from casework.operations.root_chain import root_chain


def checkpoint_journals(ref: str = "") -> dict:
    """Write what is missing and return for how many chains; a turn that was interrupted goes on where it stood."""
    with unit_of_work():
        grown = checkpoints.grown_chains()
    for done, (organisation_id, chain) in enumerate(grown, start=1):
        with unit_of_work():
            root_chain(organisation_id, chain)
            if ref:
                promises.extend(ref, progress=done, total=len(grown))
    return {"chains": len(grown)}
