"""A call in a thread of its own, for what starts an event loop inside.

pyHanko runs its asynchronous core with `asyncio.run`, which refuses to start where
a loop runs already: under an asynchronous server, or beside a driven browser.
"""

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def apart(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what the work returns, or raise what it raises; it sees the context of whoever called."""
    here = contextvars.copy_context()
    with ThreadPoolExecutor(max_workers=1) as one:
        return one.submit(lambda: here.run(work, *args, **kwargs)).result()
