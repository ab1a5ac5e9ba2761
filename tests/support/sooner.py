"""What every test would do anew and comes out the same: kept from the first, so that the others need not wait.

An application is made for each test, so that none meets what another left in
one. Nearly all of the making was Werkzeug writing, for each of 360 addresses,
the Python that builds it, and the garbage collector looking through what no
test can ever free.
"""

import atexit
import gc
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType, SimpleNamespace

from werkzeug.routing import Rule

YOUNG = 20_000
"""Objects after which the collector looks for garbage; a test that asks a page makes some hundred thousand."""


class Statements(dict):
    """Statements that were compiled once: every test has an engine and dialect of its own, and the same questions.

    The dialect is left out of the key; with it nothing would be found again, and everything kept for ever.
    """

    def get(self, key, default=None):
        return super().get(key[1:], default)

    def __setitem__(self, key, compiled):
        super().__setitem__(key[1:], compiled)


class Templates:
    """Templates that were compiled once, for the same reason: what Jinja calls a cache of bytecode."""

    def __init__(self):
        self.code = {}

    def get_bucket(self, environment, name, filename, source):  # noqa: ARG002 - as Jinja calls it
        return SimpleNamespace(key=(name, source), code=self.code.get((name, source)))

    def set_bucket(self, bucket):
        self.code[bucket.key] = bucket.code


STATEMENTS = {"sqlite": Statements(), "postgresql": Statements()}
TEMPLATES = Templates()


def remember_addresses() -> None:
    """Let rules of the same text share what builds their addresses: a function of the text, which holds no rule."""
    compile_builder, known = Rule._compile_builder, {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable:  # noqa: FBT001, FBT002 - as Werkzeug calls it
        if rule.defaults:  # they are written into the code by converters of the rule's own
            return compile_builder(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    Rule._compile_builder = remembered


@cache
def loaded(name: str) -> ModuleType:
    """Load a module, and take all that is loaded by now out of the rounds of the garbage collector: it stays."""
    module = import_module(name)
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # libraries that count what was never freed would complain at the end
    gc.set_threshold(YOUNG, 10, 10)
    return module
