"""What nobody should send and somebody does: in the parts of an address, in questions, in fields, in headers."""

DIGITS = "9" * 30
TOO_LONG = "9" * 5000  # more digits than int() reads
PARTS = {
    "nul": "a%00b",
    "lone surrogate": "%ED%A0%80",
    "five thousand digits": TOO_LONG,
    "one more than 64 bits hold": str(2**63),
    "one more than 32 bits hold": str(2**31),
    "superscript digit": "%C2%B2",
    "number of a report": f"LC24-R{DIGITS}",
    "number of a report, superscript": "LC24-R%C2%B2",
}
ONCE = {"nul": "a%00b", "lone surrogate": "%ED%A0%80", "empty": "", "half an address": "//["}
"""What is refused, or not, before a page looks at it: asked once a page."""
QUESTIONS = {
    "superscript digit": "%C2%B2",
    "one more than 64 bits hold": str(2**63),
    "place before all time": "d~0001-01-01T00:00:00%2B14:00~1",
    "place far away": f"n~{DIGITS}",
}
WORDS = {"superscript digit": "²"}
DAYS = {"last day": "9999-12-31", "week": "2024-W32-1"}
NUMBERS = {"twice negative": "--1", "five thousand digits": TOO_LONG}
LONG = {
    "deep": "[" * 100_000,
    "no number": '{"x": NaN}',
    "infinite": '{"x": {"y": 1e999}}',
}
VALUES = (None, True, 1.5, float("nan"), 10**30, 2**63, -1, "", "²", "a\x00b", "\ud800", "9999-12-31", [], {}, [[]])
HEADERS = {
    "If-Match": ("", '"', "W/", '"\xff"', ",,", "x" * 5000),
    "If-None-Match": ("", '"', "W/", "\xff"),
    "Idempotency-Key": ("", "\xff", "x" * 5000, "a\tb"),
    "Accept-Language": ("", ";;q=", "zh;q=x", "\xff", "en;q=" + "9" * 400),
    "Host": ("", "[", "a b", "x" * 5000, "\xff", "a:b:c", "a:99999999", "%00"),
    "Cookie": ("casework", "casework=x", "lang=\xff", 'lang="', "=;=;", "theme=%00"),
    "Authorization": ("", "Bearer", "Bearer \xff", "Bearer " + "x" * 5000, "Basic x"),
    "Range": ("bytes=-", "bytes=9-1"),
    "HX-Target": ("list", "\xff"),
    "If-Modified-Since": ("x", "Mon, 99 Foo 0000"),
    "Content-Type": ("\xff", "multipart/form-data", "application/json; charset=x"),
    "Content-Length": ("x", "-1"),
    "Referer": ("//[", "\xff"),
    "X-CSRFToken": ("", "\xff", "x" * 5000),
}
