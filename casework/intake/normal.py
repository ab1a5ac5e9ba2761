"""How two spellings of one thing are made equal, and how a person is shown in short.

Importers, screening and pages must agree on what "the same number" and "the
same employer" mean, so the answers stand here once. All functions are pure and
take text; none of them guesses: `employer_name` joins only spellings that the
rules of naming make equal, never names that merely look alike.
"""

import re
import unicodedata

CREDIT_CODE_LENGTH = 18  # GB 32100

_JOINERS = re.compile(r"[\s‐-―-]+")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)\s*\d+\s*$", re.IGNORECASE)
_FIXED_EXTENSION = re.compile(r"(0\d{2,3}[-) ]\s?\d{7,8})\s*[-－—]\s*\d{1,5}$")  # 027-93530615-8014
_WITH_COUNTRY = re.compile(r"86(?:1[3-9]\d{9}|0\d{9,11})")
_FILLED_IN = re.compile(r"([0-579])\1{6}$|^1?23456789|^1234567|^0123456")  # what people type to fill a cell
_NOT_DIGIT = re.compile(r"\D+")
_NOT_NAME = re.compile(r"[\W_]+")
_PLACE_SUFFIX = re.compile(r"^(\w{2,3}?)(?<![城都超门股上夜集])[市省](?=\w{2})")  # 武汉市, not 中国城市…
_DOTS = "·•・．.‧∙⋅･"
_DOT_SPLIT = re.compile(f"([{re.escape(_DOTS)}])")

_DOUBLE_SURNAME = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|司空|夏侯|端木|百里|东郭|南宫|"
    "西门|独孤|轩辕|钟离|闾丘|濮阳|淳于|单于|太叔|申屠|公冶|宗政|呼延|赫连|澹台|公羊|鲜于|闻人|拓跋|第五"
)


def nfkc(text: str) -> str:
    """Full width to half width, compatibility forms to plain ones, blanks at both ends dropped."""
    return unicodedata.normalize("NFKC", text).strip()


def phone_digits(text: str | None) -> str:
    """Give the digits that are dialled: hyphens, blanks, +86, width and extensions dropped; "" when there are none."""
    if not text:
        return ""
    plain = _FIXED_EXTENSION.sub(r"\1", _EXTENSION.sub("", nfkc(text)))
    digits = _NOT_DIGIT.sub("", plain)
    if plain.startswith("+86"):
        return _with_trunk(digits[2:])
    if digits.startswith("0086"):
        return _with_trunk(digits[4:])
    return digits[2:] if _WITH_COUNTRY.fullmatch(digits) else digits


def phone_key(text: str | None) -> str:
    """Give the digits under which two numbers are compared; "" for one that nobody has (13800000000, 12345678901)."""
    digits = phone_digits(text)
    return "" if len(digits) < 7 or _FILLED_IN.search(digits) else digits  # noqa: PLR2004 - shorter is no line


def _with_trunk(digits: str) -> str:
    """Give a fixed number its 0 back, which it loses behind +86: the same line must not count as two."""
    mobile = len(digits) == 11 and digits.startswith("1")  # noqa: PLR2004 - length of a mobile number
    return digits if mobile or digits.startswith("0") or len(digits) < 9 else f"0{digits}"  # noqa: PLR2004


def credit_code(text: str | None) -> str:
    """Give a credit code in capitals, half width, without blanks and hyphens; nothing is judged."""
    return _JOINERS.sub("", unicodedata.normalize("NFKC", text)).upper() if text else ""


def employer_name(text: str | None) -> str:
    """Give the key under which spellings of one employer meet.

    NFKC; blanks and punctuation dropped; 有限责任公司 reads 有限公司; the 市 or 省
    behind a leading place is dropped (武汉市某某公司 = 武汉某某公司).
    """
    if not text:
        return ""
    plain = _NOT_NAME.sub("", unicodedata.normalize("NFKC", text)).casefold()
    plain = plain.replace("有限责任公司", "有限公司")
    return _PLACE_SUFFIX.sub(r"\1", plain)


def person_name(text: str | None) -> str:
    """Give the key under which spellings of one person's name meet: width, blanks, dots and case dropped."""
    return _NOT_NAME.sub("", unicodedata.normalize("NFKC", text)).casefold() if text else ""


def masked_name(name: str | None) -> str:
    """First character and a star for each further one; 欧阳** keeps its surname; 阿***·买** is masked part by part."""
    if not name:
        return ""
    if any(dot in name[1:-1] for dot in _DOTS):
        return "".join(p if p in _DOTS else _star(p, keep=1) for p in _DOT_SPLIT.split(name) if p)
    keep = 2 if len(name) > 2 and _DOUBLE_SURNAME.match(name) else 1  # noqa: PLR2004 - a two-character surname
    return _star(name, keep=keep)


def _star(text: str, *, keep: int) -> str:
    return text[:keep] + "*" * max(len(text) - keep, 1)


def masked_phone(phone: str | None) -> str:
    """138****6021; too short a number is hidden whole."""
    digits = phone_digits(phone)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else "*" * len(digits)  # noqa: PLR2004


def masked_student_no(number: str | None) -> str:
    """2021****0132; a short number keeps its last two characters."""
    if not number:
        return ""
    if len(number) < 10:  # noqa: PLR2004 - four and four would leave nothing to hide
        return "*" * max(len(number) - 2, 1) + number[-2:] if len(number) > 2 else "*" * len(number)  # noqa: PLR2004
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def masked_id_number(number: str | None) -> str:
    """Give always the same stars: an identity number is never shown, not even in part."""
    return "******" if number else ""
