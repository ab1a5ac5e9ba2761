"""Somebody at a browser who signs in, opens pages, fills in forms, and notices whatever a browser complains about."""

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Response
from playwright.sync_api import TimeoutError as TooSlow

PATIENCE = 90_000  # milliseconds: a machine that is busy is slow, and no test is about that
WIDE = {"width": 1440, "height": 900}
# A page that is left while it asks for a preview says so; what fails is said by other words.
LEFT_ASKING = ("htmx:sendAbort", "htmx:afterRequest")
LOGGED_BY_STATUS = "Failed to load resource: the server responded with a status of 4"

KINDS = "form => Object.fromEntries([...form.elements].map(field => [field.name, field.type]))"


class Visitor:
    """One person's window; `faults` collects what the console said, and every script that broke."""

    def __init__(self, browser: Browser, address: str, *, script: bool = True) -> None:
        context = browser.new_context(
            base_url=address, viewport=WIDE, locale="zh-CN", reduced_motion="reduce", java_script_enabled=script
        )
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.faults: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._break)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in as a person does."""
        self.open("/login")
        self.send(self.form("/login"), "登录", login=login, password=password)
        assert "/login" not in self.page.url

    def open(self, path: str) -> None:
        """Go to a page that must be there."""
        with _heard():
            answer = self.page.goto(path)
        assert answer is not None
        self._sound(answer)

    def follow(self, link: Locator) -> None:
        """Follow a link to a page that must be there."""
        with _heard(), self.page.expect_navigation() as there:
            link.click()
        self._sound(there.value)

    def form(self, action: str = "") -> Locator:
        """Return the form of this page that leads to an address ending so, or the only one."""
        return self.page.locator(f'main form[action$="{action}"]' if action else "main form[method=post]")

    def send(self, form: Locator, button: str = "", **values: object) -> None:
        """Fill in a form and send it; it must be taken."""
        self._sound(self._sent(form, button, values))
        assert self.page.locator("main .errors").count() == 0, self.page.locator("main .errors").inner_text()

    def refused(self, form: Locator, button: str = "", **values: object) -> str:
        """Fill in a form and send it; it must be refused in words, which are returned."""
        answer = self._sent(form, button, values)
        assert answer.status in {403, 409, 422}, (answer.status, self.page.url)
        # A browser logs each answer of 4xx as an error; here it is what was asked for.
        self.faults = [each for each in self.faults if not each.startswith(LOGGED_BY_STATUS)]
        return self.page.locator("main .errors").inner_text()

    def warned(self, form: Locator, button: str = "", **values: object) -> str:
        """Fill in a form and send it; it must be taken, with words about what is left to mend, which are returned."""
        answer = self._sent(form, button, values)
        assert answer.status < 400, (answer.status, self.page.url)
        return self.page.locator("main .errors").inner_text()

    def says(self) -> str:
        """Return what the page says."""
        return self.page.locator("main").inner_text()

    def _sent(self, form: Locator, button: str, values: dict[str, object]) -> Response:
        kinds = form.evaluate(KINDS)
        for name, value in values.items():
            _fill(form.locator(f'[name="{name}"]'), kinds[name], value)
        pressed = form.get_by_role("button", name=button, exact=False) if button else form.locator("[type=submit]")
        with _heard(), self.page.expect_navigation() as there:
            pressed.first.click()
        return there.value

    def _sound(self, answer: Response) -> None:
        assert answer.status < 400, (answer.status, self.page.url, self.page.locator("body").inner_text())
        assert not self.faults, (self.page.url, self.faults)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(LEFT_ASKING):
            self.faults.append(message.text)

    def _break(self, fault: Error) -> None:
        self.faults.append(str(fault))


@contextmanager
def _heard() -> Iterator[None]:
    """Show what the threads of the service were doing when a page did not come: the browser cannot know."""
    try:
        yield
    except TooSlow:
        faulthandler.dump_traceback()
        raise


def _fill(field: Locator, kind: str, value: object) -> None:
    if kind in {"radio", "checkbox"}:
        # The same name stands on every choice; which one is meant is its value.
        field.and_(field.page.locator(f'[value="{value}"]')).check()
    elif kind == "select-one":
        field.select_option(str(value))
    elif kind == "file":
        field.set_input_files(value if isinstance(value, Path) else list(value))
    elif kind != "hidden":
        field.fill(str(value))
