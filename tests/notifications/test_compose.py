import re
from datetime import date, datetime

import pytest

from notifications.compose import LANGUAGES, compose, fields_of, render, template
from notifications.errors import ComposeRefused, ErrorClass
from notifications.kinds import CAMPAIGN, ESCALATION, KINDS, REMINDER
from notifications.parameters import PARAMETERS
from notifications.wording import WORDINGS
from tests.notifications.makers import VALUES, make_message, params_of

EVERY_TEXT = [(kind, language) for kind in KINDS for language in LANGUAGES]
FORBIDDEN = re.compile(r"打假|违规者|造假|弄虚作假|fraud|offender|culprit", re.IGNORECASE)
REPLY_CODE = re.compile(
    r"回复\s*[“”\"'‘’]?\s*[0-9A-Za-z]|回\s?[0-9TRtr]\b|\breply\s+(with\s+)?[\"'“]?([0-9]|[A-Z]{1,4}\b)"
)


@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_every_kind_has_a_template_with_exactly_its_parameters(kind, language):
    assert fields_of(template(kind, language)) == KINDS[kind].parameters


@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_every_template_reads_as_subject_empty_line_body(kind, language):
    subject, empty, body = template(kind, language).split("\n", 2)
    assert 2 < len(subject) < 90
    assert empty == ""
    assert body.strip()


@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_every_message_renders_and_links(kind, language):
    text = render(kind, language=language, params=params_of(kind))
    assert "{" not in text.subject + text.body
    assert "\n" not in text.subject
    links = (VALUES["link"],) if "link" in KINDS[kind].parameters else ()  # a code leads nowhere: no habit to fish in
    assert text.links == links
    assert all(link in text.body for link in links)


@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_every_message_says_why_it_comes(kind, language):
    assert ("因此" if language == "zh" else "You get") in template(kind, language)


@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_no_template_judges_or_suggests_an_answer(kind, language):
    assert not FORBIDDEN.search(template(kind, language))
    assert not REPLY_CODE.search(template(kind, language))


@pytest.mark.parametrize(
    "text", ["是则回复1", "拒收请回复R", "退订回T", "Reply 1 to confirm".lower(), "reply TD to stop"]
)
def test_a_reply_code_would_be_seen(text):
    assert REPLY_CODE.search(text)


def test_no_template_lies_about_without_a_kind():
    from importlib import resources  # noqa: PLC0415 - only this test looks into the package

    for language in LANGUAGES:
        files = resources.files("notifications").joinpath("templates", language).iterdir()
        assert {file.name.removesuffix(".txt") for file in files} == set(KINDS)


def test_languages_word_the_same_roles_and_steps():
    zh, en = WORDINGS["zh"], WORDINGS["en"]
    assert zh.roles.keys() == en.roles.keys()
    assert zh.steps.keys() == en.steps.keys()
    assert zh.alarms.keys() == en.alarms.keys()


def test_kinds_use_known_parameters_and_classes():
    for kind in KINDS.values():
        assert kind.parameters <= PARAMETERS.keys()
        assert kind.message_class in {ESCALATION, REMINDER, CAMPAIGN}
    assert {code for code, kind in KINDS.items() if kind.message_class == CAMPAIGN} == {"confirm_reminder"}


def test_a_reminder_says_why_what_next_and_when():
    text = make_message()
    assert text.subject == "案件 LC24-0417 请于2024年8月5日（周一）23:59（北京时间）前提出核查结论"
    assert "您是案件 LC24-0417 的承办人，因此收到本提醒。" in text.body
    assert "仍未办结的，将于2024年8月6日（周二）报就业部门负责人。" in text.body


def test_a_reminder_reads_in_english():
    text = make_message(language="en", missed=2)
    assert text.subject == "Case LC24-0417: please conclude the check by Mon 5 Aug 2024, 23:59 Beijing time"
    assert "the head of the employment office will be told on Tue 6 Aug 2024." in text.body
    assert "2 earlier reminder(s)" in text.body


def test_whoever_works_on_it_is_reminded_again_and_not_reported_to_themselves():
    for kind in ("case_due", "lead_due"):
        text = make_message(kind=kind, next=("owner", date(2024, 8, 6)))
        assert "仍未办结的，将于2024年8月6日（周二）再次提醒。" in text.body
        assert "报承办人" not in text.body
    assert "another reminder on Tue 6 Aug 2024" in make_message(next=(["owner"], date(2024, 8, 6)), language="en").body


def test_what_has_no_date_says_who_sets_it():
    assert make_message(due=None).subject == "案件 LC24-0417 请于本单位确定的日期前提出核查结论"
    assert make_message(due=None, language="en").subject == (
        "Case LC24-0417: please conclude the check by the date that your office sets"
    )


def test_a_message_for_missed_ones_says_so_and_otherwise_is_silent():
    assert "此前另有3次提醒" in make_message(missed=3).body
    assert "此前另有" not in make_message(missed=0).body


def test_parameters_may_come_as_they_were_stored():
    stored = params_of("case_due", due="2024-08-05T15:59:59+00:00", next=["supervisor", "2024-08-06"])
    assert render("case_due", language="zh", params=stored) == render(
        "case_due", language="zh", params=params_of("case_due")
    )


def test_after_the_last_rung_the_message_says_that_nobody_else_hears():
    assert "最后一级督办" in make_message(kind="case_escalated", next=None).body


@pytest.mark.parametrize(
    ("kind", "language", "params"),
    [
        ("case_vanished", "zh", {}),
        ("case_due", "fr", params_of("case_due")),
        ("case_due", "zh", {}),
        ("case_due", "zh", params_of("case_due") | {"graduate": "王小明"}),
        ("confirm_reminder", "zh", params_of("confirm_reminder") | {"organisation": "东江大学"}),
    ],
    ids=["unknown kind", "unknown language", "missing", "a graduate", "an employer's place"],
)
def test_an_unknown_kind_or_a_missing_or_additional_parameter_is_refused(kind, language, params):
    with pytest.raises(ComposeRefused) as refused:
        render(kind, language=language, params=params)
    assert refused.value.error_class == ErrorClass.TEMPLATE
    assert "王小明" not in str(refused.value)


PERSONAL = ["王小明", "202107540075", "13812345678", "110101200001011234", "wang@example.com", "王小明 202107540075"]


@pytest.mark.parametrize("name", sorted(PARAMETERS))
@pytest.mark.parametrize("value", PERSONAL)
def test_no_parameter_can_hold_a_graduates_name_or_number(name, value):
    kind = next(code for code, kind in KINDS.items() if name in kind.parameters)
    with pytest.raises(ComposeRefused) as refused:
        render(kind, language="zh", params=params_of(kind, **{name: value}))
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("due", datetime(2024, 8, 5, 12)),  # noqa: DTZ001 - the naive moment is what must be refused
        ("due", date(2024, 8, 5)),
        ("link", "javascript:alert(1)"),
        ("link", "https://a.example/\nBcc: x"),
        ("missed", True),
        ("missed", -1),
        ("next", ("counsellor", date(2024, 8, 6))),
        ("next", "supervisor"),
        ("step", "close"),
        ("case", "LC24-0417\nBcc: x@y.cn"),
        ("case", "{link.__class__}"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(name, value):
    with pytest.raises(ComposeRefused):
        render("case_due", language="zh", params=params_of("case_due", **{name: value}))


def test_an_institution_with_a_number_in_its_name_is_refused():
    with pytest.raises(ComposeRefused):
        render("filing_received", language="zh", params=params_of("filing_received", recipient_body="学院202107540075"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["case_due", "case_escalated", "report_to_sign"])
def test_a_stand_in_reads_first_why_it_comes_to_them(kind, language):
    plain = render(kind, language=language, params=params_of(kind))
    read = render(kind, language=language, params=params_of(kind), standing_in=True)
    assert plain.subject in read.subject
    assert plain.subject != read.subject
    assert read.body.endswith(plain.body)
    assert read.body.startswith(WORDINGS[language].standing_in)


@pytest.mark.parametrize(
    ("link", "headers"),
    [
        ("", set()),
        ("http://10.0.0.5:8000/unsubscribe/x.y", {"List-Unsubscribe"}),
        ("https://casework.example.edu.cn/unsubscribe/x.y", {"List-Unsubscribe", "List-Unsubscribe-Post"}),
    ],
    ids=["cannot be ended", "no HTTPS", "one click"],
)
def test_one_click_is_promised_over_https_alone(link, headers):
    about = {"language": "zh", "params": params_of("case_due"), "ref": "m-1", "recipient": "li@example.edu.cn"}
    message = compose("case_due", **about, unsubscribe=link)
    assert {name for name in message.headers if name.startswith("List-")} == headers
    assert not link or message.headers["List-Unsubscribe"] == f"<{link}>"
