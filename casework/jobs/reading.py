"""The morning's look at how was read on the day before: questions, each to whoever answers for the office."""

from datetime import timedelta

from casework import clock
from casework.doors.unit import unit_of_work
from casework.operations.ask_reading import ask_reading as ask


def ask_reading(_ref: str = "") -> dict:
    """Judge the day before and return how many questions are new."""
    with unit_of_work():
        return {"questions": len(ask(clock.today() - timedelta(days=1)))}
