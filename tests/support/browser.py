"""Chromium as a distribution packages it, driven by Playwright, quiet towards the network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from tests.support.services import Missing

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running() -> Iterator[Browser]:
    """Yield a browser; raise `Missing` with the reason when the machine has none that starts."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        raise Missing(f"none of {', '.join(NAMES)} in PATH (Debian: apt-get install chromium)")
    # Chromium refuses its sandbox to root; an ordinary user keeps it.
    options = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=options)
        except Error as fault:
            raise Missing(f"{program} does not start: {fault.message.splitlines()[0]}") from fault
        try:
            yield browser
        finally:
            browser.close()
