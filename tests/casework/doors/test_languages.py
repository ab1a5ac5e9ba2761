"""Sentences and lists in the reader's language, looked up once a request."""

import pytest

from casework.doors import languages
from casework.doors.languages import enumeration, gap, gettext


@pytest.mark.parametrize(("language", "joined", "between"), [("zh", "甲、乙", ""), ("en", "甲, 乙", " ")])
def test_lists_and_sentences_stand_together_as_the_language_does(app, language, joined, between):
    with app.test_request_context(f"/?lang={language}"):
        assert (enumeration(["甲", "", "乙"]), gap()) == (joined, between)


def test_a_page_asks_for_the_catalogue_once(app, monkeypatch):
    asked, real = [], languages.get_translations
    monkeypatch.setattr(languages, "get_translations", lambda: asked.append(1) or real())
    with app.test_request_context("/?lang=en"):
        page = app.jinja_env.from_string("{% for each in range(9) %}{{ _('、') }}{% endfor %}{{ _('甲%(n)s', n=2) }}")
        assert page.render() == ", " * 9 + "甲2"
    assert asked == [1]


def test_without_a_request_a_sentence_stays_as_it_is_written(app):
    assert gettext("剩%(n)s天", n=3) == "剩3天"
