"""The screens of the public form, one question each, in their order: what each reads, and when it is asked at all."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from casework.errors import N_, Invalid
from casework.leads import bodies
from casework.web.public_lead_words import REPORT_CONCERNS, REPORT_KINDS

Answers = Mapping[str, Any]
Form = MultiDict[str, str]
CONDUCT_GROUPS = ("四不准", "三不得")
LONGEST = {"what": 2000, "when": 100, "place": 200, "who": 500, "school_words": 100, "search": 50}
CONTACT = {"name": 50, "phone": 40, "email": 120}
UNKNOWN_SCHOOL = "unknown"
_GROUPING = re.compile(r"[\s().\-‐-―]+")
_DIALLED = re.compile(r"\+?[0-9]{7,15}((转|x|ext)[0-9]{1,6})?", re.IGNORECASE)


@dataclass(frozen=True)
class Screen:
    """One question: its page is `public/report_<name>.html`."""

    name: str
    read: Callable[[Form], dict[str, Any]]
    is_asked: Callable[[Answers], bool] = lambda _answers: True
    is_answered: Callable[[Answers], bool] = lambda _answers: True


def _about(form: Form) -> dict[str, Any]:
    kind = form.get("kind", "")
    if kind not in REPORT_KINDS:
        raise Invalid(N_("请选择要反映的是哪一类问题。"), fields={"kind": N_("请选一项。")})
    return {"kind": kind} if kind == "conduct" else {"kind": kind, "violations": []}


def _conduct(form: Form) -> dict[str, Any]:
    chosen = [code for code in form.getlist("violations") if len(code) <= len("F10")]
    if not chosen:
        raise Invalid(N_("请至少选择一项。"), fields={"violations": N_("请选一项或几项。")})
    return {"violations": chosen[:20]}


def _school(form: Form) -> dict[str, Any]:
    search, words = _text(form, "search"), _text(form, "school_words")
    if form.get("act") == "find":
        return {"search": search}
    chosen = form.get("school", "")
    if chosen == UNKNOWN_SCHOOL and words:
        return {"search": search, "school": chosen, "school_words": words, "school_name": words}
    body = bodies.find_body(chosen)
    if body is None:
        missing = N_("请写出学校名称。") if chosen == UNKNOWN_SCHOOL else N_("请选一项；没有列出时先查找。")
        raise Invalid(N_("请选择学校；找不到时，选“没有找到”并写出学校名称。"), fields={"school": missing})
    return {"search": search, "school": body.code, "school_words": "", "school_name": body.name}


def _what(form: Form) -> dict[str, Any]:
    what = _text(form, "what")
    if not what:
        raise Invalid(N_("请写一写发生了什么，几句话也可以。"), fields={"what": N_("请填写此项。")})
    return {"what": what}


def _where(form: Form) -> dict[str, Any]:
    return {"when": _text(form, "when"), "place": _text(form, "place")}


def _who(form: Form) -> dict[str, Any]:
    concerns = form.get("concerns", "unsure")
    if concerns not in REPORT_CONCERNS:
        raise Invalid(N_("请从列表中选择涉及谁。"), fields={"concerns": N_("请选一项。")})
    return {"concerns": concerns, "who": _text(form, "who")}


def _files(_form: Form) -> dict[str, Any]:
    return {"files_seen": True}


def _contact(form: Form) -> dict[str, Any]:
    if form.get("named") not in {"no", "yes"}:
        raise Invalid(N_("请选择匿名反映，还是留下联系方式。"), fields={"named": N_("请选一项。")})
    if form["named"] == "no":
        return {"named": False, **dict.fromkeys(CONTACT, "")}
    given = {name: _text(form, name, most) for name, most in CONTACT.items()}
    if not given["name"]:
        raise Invalid(N_("实名反映请写姓名；不想写姓名，请选“匿名”。"), fields={"name": N_("请填写此项。")})
    if given["phone"] and not is_number(given["phone"]):
        raise Invalid(
            N_("电话号码好像不对，没有保存。请检查；境外号码以“+”和国家代码开头，不想留电话可以不填。"),
            fields={"phone": N_("请写可以拨通的电话号码，例如 13812345678。")},
        )
    return {"named": True, **given}


def is_number(typed: str) -> bool:
    """Say whether what was typed can be dialled: 7 to 15 digits, however they are grouped, with `+` from abroad."""
    flat = _GROUPING.sub("", unicodedata.normalize("NFKC", typed))
    return _DIALLED.fullmatch(flat) is not None


def _text(form: Form, name: str, most: int = 0) -> str:
    words, most = form.get(name, "").strip(), most or LONGEST[name]
    if len(words) > most:
        raise Invalid(
            N_("写得太长，最多%(most)d字。没有保存，请删减后再继续。"),
            fields={name: N_("最多%(most)d字。")},
            params={"most": most},
        )
    return words


SCREENS: tuple[Screen, ...] = (
    Screen("about", _about, is_answered=lambda answers: bool(answers.get("kind"))),
    Screen(
        "conduct",
        _conduct,
        is_asked=lambda answers: answers.get("kind") == "conduct",
        is_answered=lambda answers: bool(answers.get("violations")),
    ),
    Screen("school", _school, is_answered=lambda answers: bool(answers.get("school"))),
    Screen("what", _what, is_answered=lambda answers: bool(answers.get("what"))),
    Screen("where", _where),
    Screen("who", _who),
    Screen("files", _files),
    Screen("contact", _contact, is_answered=lambda answers: "named" in answers),
)
CHECK = "check"


def asked(answers: Answers) -> list[Screen]:
    """Return the screens that these answers lead through."""
    return [screen for screen in SCREENS if screen.is_asked(answers)]


def missing_before(name: str, answers: Answers) -> str:
    """Return the first screen before this one whose answer is needed and not there; empty when nothing is missing."""
    for screen in asked(answers):
        if screen.name == name:
            break
        if not screen.is_answered(answers):
            return screen.name
    return ""


def neighbours(name: str, answers: Answers) -> tuple[str, str]:
    """Return the screens before and after this one."""
    names = ["", *(screen.name for screen in asked(answers)), CHECK]
    at = names.index(name)
    return names[at - 1], names[at + 1] if at + 1 < len(names) else CHECK
