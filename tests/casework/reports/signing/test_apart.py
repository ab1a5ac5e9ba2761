"""What starts an event loop works for whoever has one running, and its faults come through."""

import asyncio
from contextvars import ContextVar

import pytest

from casework.reports.signing.apart import apart

SAID: ContextVar[str] = ContextVar("said")


async def whisper(words):
    return f"{SAID.get()} {words}"


def loop_inside(words):
    talk = whisper(words)
    try:
        return asyncio.run(talk)
    finally:
        talk.close()


async def called_from_a_loop(call, *args):
    SAID.set("heard:")
    return call(*args)


def test_a_loop_starts_inside_although_one_runs_outside():
    assert apart(asyncio.run, called_from_a_loop(apart, loop_inside, "yes")) == "heard: yes"
    with pytest.raises(RuntimeError, match="running event loop"):  # as the naive call does
        apart(asyncio.run, called_from_a_loop(loop_inside, "no"))


def test_a_fault_comes_through():
    with pytest.raises(ZeroDivisionError):
        apart(divmod, 1, 0)
