"""Do things at the same time, each in a thread with an application context of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask


def together(app: Flask, tasks: Sequence[Callable[[], object]]) -> list[object]:
    """Start every task at one moment and return what each gave, or the exception that it raised."""
    start = Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        with app.app_context():
            start.wait(timeout=60)
            try:
                return task()
            except Exception as fault:  # noqa: BLE001 - the test looks at what was raised
                return fault

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))
