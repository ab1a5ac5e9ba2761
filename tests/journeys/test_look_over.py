"""What looking over a page finds: each fault is planted in a page that is otherwise sound."""

import pytest

from tests.journeys.look_over import AXE, PHONE, too_wide, violations
from tests.journeys.visitor import Visitor

SOUND = (
    "<!doctype html><html lang=zh-CN><head><title>案件</title></head>"
    "<body><main><h1>案件</h1><label>案号 <input></label></main></body></html>"
)


@pytest.fixture
def visitor(browser):
    return Visitor(browser, "http://127.0.0.1")


def show(visitor, markup):
    visitor.page.set_content(markup)
    visitor.page.evaluate(AXE.read_text())


def test_nothing_is_found_in_a_sound_page(visitor):
    show(visitor, SOUND)
    visitor.page.set_viewport_size(PHONE)
    assert (violations(visitor.page), too_wide(visitor.page), visitor.faults) == ([], [], [])


@pytest.mark.parametrize(
    ("sound", "planted", "rule"),
    [
        ("<label>案号 <input></label>", "<input>", "label"),
        ("<h1>案件</h1>", '<h1 style="color: #ccc">案件</h1>', "color-contrast"),
        (" lang=zh-CN", "", "html-has-lang"),
        ("<h1>案件</h1>", "<h1>案件</h1><h4>期限</h4>", "heading-order"),
    ],
)
def test_what_some_cannot_read_is_found(visitor, sound, planted, rule):
    show(visitor, SOUND.replace(sound, planted))
    assert [each.split(":")[0] for each in violations(visitor.page)] == [rule]


def test_what_only_darkness_hides_is_found_in_the_dark(visitor):
    dark = "<style>@media (prefers-color-scheme: dark) { h1 { color: #ccc } }</style></head>"
    show(visitor, SOUND.replace("</head>", dark))
    assert violations(visitor.page) == []
    visitor.page.emulate_media(color_scheme="dark")
    assert violations(visitor.page)


def test_what_sticks_out_of_a_phone_is_named(visitor):
    show(visitor, SOUND.replace("<h1>", '<h1 style="width: 500px">'))
    assert too_wide(visitor.page) == []
    visitor.page.set_viewport_size(PHONE)
    assert "<h1" in too_wide(visitor.page)[1]


@pytest.mark.parametrize("planted", ["<script>throw new Error('x')</script>", "<script>console.error('x')</script>"])
def test_what_the_console_says_is_heard(visitor, planted):
    show(visitor, SOUND.replace("</main>", f"</main>{planted}"))
    assert len(visitor.faults) == 1


def test_what_the_content_policy_forbids_is_heard(visitor):
    policy = "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\"></head>"
    show(visitor, SOUND.replace("</head>", policy).replace("<h1>", '<h1 onclick="x()">'))
    assert "Content Security Policy" in visitor.faults[0]
