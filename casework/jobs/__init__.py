"""Work that runs in its own time: `run`, the one function that the queue calls, and the lists of what there is."""

from casework.jobs.lists import JOBS, SCHEDULE, run

__all__ = ["JOBS", "SCHEDULE", "run"]
