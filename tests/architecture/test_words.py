"""Every word that people see is there in English too, with the same places for values."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "casework" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"N_": None, "_": None, "gettext": None}
PLACES = re.compile(r"%\((\w+)\)")
KEPT = {"学号", "补充", "姓名", "转正", "见习期", "毕业去向登记数据", "理工"}


def words() -> set[str]:
    """Return every marked sentence of the sources and templates."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=lambda path: "/." not in path)
    return {message for _, _, message, *_ in found if isinstance(message, str) and message}


@pytest.fixture(scope="module")
def english() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def lacking(marked: set[str], english: Catalog) -> list[str]:
    return sorted(message for message in marked if message not in english or not english[message].string)


def test_every_marked_sentence_has_its_english(english):
    assert lacking(words(), english) == []


def test_a_sentence_without_english_would_be_seen(english):
    assert lacking({"这一句没有译文。"}, english) == ["这一句没有译文。"]


def test_english_has_the_same_places_for_values(english):
    different = [m.id for m in english if m.id and set(PLACES.findall(m.id)) != set(PLACES.findall(m.string))]
    assert different == []


def test_english_holds_no_chinese_but_names_to_look_for(english):
    left = {word for m in english if m.id for word in re.findall(r"[\u4e00-\u9fff]+", m.string)}
    assert left <= KEPT, left - KEPT
