"""A receipt code cannot be guessed, can be copied by hand, and is kept as a keyed hash alone."""

import math

import pytest

from casework.leads import receipts
from casework.sealing import KeyRing, configure

CODE = "7KQ4-M2XD-9T3F-HW6B"


@pytest.fixture(autouse=True)
def keys():
    configure(KeyRing({"k1": bytes(32)}, b"index key of the tests"))


def test_a_code_has_eighty_bits_and_no_letter_that_looks_like_a_digit():
    assert len(set(receipts.ALPHABET)) == 32
    assert math.log2(len(receipts.ALPHABET)) * receipts.LENGTH >= 80
    assert not set("01IO") & set(receipts.ALPHABET)


def test_codes_are_shown_in_groups_and_use_the_whole_alphabet():
    codes = [receipts.new_code() for _ in range(200)]
    assert len(set(codes)) == len(codes)
    assert {tuple(len(group) for group in code.split("-")) for code in codes} == {(4, 4, 4, 4)}
    assert set("".join(codes)) - {"-"} == set(receipts.ALPHABET)


@pytest.mark.parametrize(
    "typed",
    [
        "7kq4m2xd9t3fhw6b",
        " 7KQ4 M2XD 9T3F HW6B ",
        "7KQ4—M2XD－9T3F_HW6B",
        "７ＫＱ４-Ｍ２ＸＤ-９Ｔ３Ｆ-ＨＷ６Ｂ",
        "7kq4.m2xd.9t3f.hw6b\n",
    ],
)
def test_what_people_type_is_forgiven(typed):
    assert receipts.hash_of(typed) == receipts.hash_of(CODE)


def test_a_one_and_an_i_were_read_from_an_l():
    assert receipts.hash_of("1IL2-2222-2222-2222") == receipts.hash_of("LLL2-2222-2222-2222")


@pytest.mark.parametrize("typed", ["", "7KQ4-M2XD-9T3F-HW6C", "7KQ4-M2XD-9T3F-HW6", "九", "\x00", "A" * 10_000])
def test_whatever_else_is_typed_is_hashed_alike(typed):
    found = receipts.hash_of(typed)
    assert found != receipts.hash_of(CODE)
    assert len(found) == len(receipts.hash_of(CODE)) == 32


def test_the_hash_says_nothing_without_the_key():
    mine = receipts.hash_of(CODE)
    configure(KeyRing({"k1": bytes(32)}, b"another installation"))
    assert receipts.hash_of(CODE) != mine
