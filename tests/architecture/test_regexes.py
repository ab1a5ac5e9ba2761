"""No pattern of ours takes for ever over a text that somebody chose: each is tried with texts of its own letters.

A pattern in which two repetitions can share the same letters tries every way to share
them: over a few thousand letters that ends with the universe. What is counted is time
of the processor, seconds against the thousandth that a sound pattern needs.
"""

import ast
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from re import _parser

from tests.architecture.source import modules

LONG = 1000
SECONDS = 1
USING = {"compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer"}
EVERYWHERE = "a0 \n.中"


class TakesForEver(Exception):  # noqa: N818 - it says what a pattern does
    pass


@contextmanager
def at_most(seconds):
    def stop(_number, _frame):
        raise TakesForEver

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def patterns() -> Iterator[tuple[str, re.Pattern]]:
    """Yield every pattern of the product with its file; modules that make one of parts are asked for it."""
    for module in modules():
        made = False
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args):
                continue
            if node.func.attr not in USING:
                continue
            if isinstance(node.args[0], ast.Constant):
                yield module.path, re.compile(node.args[0].value)
            else:
                made = True
        if made:
            name = module.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            for found in vars(import_module(name)).values():
                yield from ((module.path, each) for each in _held(found))


def _held(found) -> Iterator[re.Pattern]:
    if isinstance(found, re.Pattern):
        yield found
    elif isinstance(found, dict):
        yield from (each for value in found.values() for each in _held(value))
    elif isinstance(found, list | tuple):
        yield from (each for value in found for each in _held(value))


def letters(pattern: re.Pattern) -> list[str]:
    """Return some letters that a pattern asks for, and some that stand everywhere."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    return list(dict.fromkeys([*[*_asked(_parser.parse(text))][:6], *EVERYWHERE]))


def _asked(parsed: object) -> Iterator[str]:
    """Yield the letters in a parsed pattern, in the order in which they stand, whatever they are inside of."""
    if isinstance(parsed, tuple) and len(parsed) == 2 and str(parsed[0]) in {"LITERAL", "NOT_LITERAL"}:
        yield chr(parsed[1])
    elif isinstance(parsed, tuple) and len(parsed) == 2 and str(parsed[0]) == "RANGE":
        yield chr(parsed[1][0])
    elif isinstance(parsed, tuple | list | _parser.SubPattern):
        for part in parsed:
            yield from _asked(part)


def takes_for_ever(pattern: re.Pattern) -> bool:
    asked = letters(pattern)
    texts = [letter * LONG for letter in asked]
    texts += [(one + other) * (LONG // 2) for one, other in pairwise(asked)]
    texts = [text + "\x00" for text in texts]
    try:
        with at_most(SECONDS):
            for text in texts:
                tried = text if isinstance(pattern.pattern, str) else text.encode()
                pattern.search(tried)
                pattern.fullmatch(tried)
    except TakesForEver:
        return True
    return False


def test_no_pattern_takes_for_ever_over_a_text_that_somebody_chose():
    seen = {(pattern.pattern, pattern.flags): path for path, pattern in patterns()}
    assert len(seen) > 80
    slow = [
        f"{path}: {text!r}" for (text, flags), path in seen.items() if takes_for_ever(re.compile(text, flags=flags))
    ]
    assert slow == []


def test_one_that_does_is_found():
    for text in (r"^(a+)+$", r"^(([a-z])+.)+[A-Z]([a-z])+$"):
        assert takes_for_ever(re.compile(text)), text
