"""JSON that can be read in two ways, or that is made to cost much, is refused before anything looks at it."""

from casework.doors import bodies

AMBIGUOUS = {
    "a name twice": b'{"read": [], "read": ["x"]}',
    "a name twice inside": b'{"refs": [{"a": 1, "a": 2}]}',
    "no number": b'{"refs": NaN}',
    "infinite": b'{"refs": -Infinity}',
    "five thousand digits": b'{"refs": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 100_000,
    "too much": b'{"refs": "' + b"x" * bodies.PLAIN + b'"}',
}


def test_json_that_can_be_read_in_two_ways_is_refused(world):
    caller = world.caller("supervisor")
    for what, body in AMBIGUOUS.items():
        answer = caller.ask("POST", "/case-actions", data=body, content_type="application/json")
        assert (what, answer.status_code) == (what, 413 if what == "too much" else 400)
