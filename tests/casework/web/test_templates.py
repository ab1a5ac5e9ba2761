"""No template may do what the content policy forbids, and the vendored script is the one that was reviewed."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[3] / "casework" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a handler attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "an address of another host": re.compile(r"(?:src|href|action)=[\"']https?://", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_a_template_holds_nothing_that_the_content_policy_forbids(path):
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('<p style="color:red">', "a style attribute"),
        ('<a onclick="go()">', "a handler attribute"),
        ("<script>go()</script>", "an inline script"),
        ('<script src="https://cdn.example.com/x.js">', "an address of another host"),
    ],
)
def test_the_search_finds_what_it_looks_for(line, what):
    assert FORBIDDEN[what].search(line)


BY_LINK = WEB / "templates" / "own" / "unsubscribe.html"
"""A mail program sends it without any session: the link itself says who asks."""


VISITORS = set((WEB / "templates" / "public").glob("*.html"))
"""Visitors have no session: what their cookies open goes along with no form of another site."""


PRIVATE = sorted(set(TEMPLATES) - {BY_LINK} - VISITORS)


@pytest.mark.parametrize("path", PRIVATE, ids=lambda path: str(path.relative_to(WEB)))
def test_every_form_that_posts_carries_the_token(path):
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert [form[:80] for form in forms if "token()" not in form] == []


def test_the_vendored_script_is_the_one_that_its_list_names():
    name = "htmx-2.0.11.min.js"
    digest = base64.b64encode(hashlib.sha384((WEB / "static" / "vendor" / name).read_bytes()).digest()).decode()
    listed = (WEB / "static" / "vendor" / "VENDOR.md").read_text(encoding="utf-8")
    assert f"`{name}`" in listed
    assert f"`{digest}`" in listed
