"""What is refused as a password: what is short, common, a pattern, about oneself, or on the operator's list."""

import hashlib

import pytest

from casework.people import weak_passwords
from casework.people.weak_passwords import is_listed, why_weak

OWN = ("zhangwei", "张伟", "岭川大学")

TAKEN = ("correct horse battery", "casework-demo", "春眠不觉晓处处闻啼鸟", "tr0ub4dor&3x", "no classes of characters")
REFUSED = (
    ("九个字符的密码啊一", "太短"),
    ("x" * 1025, "太长"),
    ("qwertyuiop", "太常见"),
    ("Password123", "太常见"),
    ("woaini1314520", "太常见"),
    ("aaaaaaaaaaaa", "太常见"),
    ("abcabcabcabc", "太常见"),
    ("abcdefghijkl", "太常见"),
    ("zyxwvutsrqpo", "太常见"),
    ("ZhangWei2024", "太接近"),
    ("2024-zhangwei!", "太接近"),
    ("岭川大学岭川大学1234", "太接近"),
)


@pytest.mark.parametrize("password", TAKEN)
def test_what_nobody_guesses_is_taken_whatever_characters_it_is_made_of(password):
    assert why_weak(password, own_words=OWN) is None


@pytest.mark.parametrize(("password", "reason"), REFUSED)
def test_what_is_guessed_first_is_refused_with_its_reason(password, reason):
    assert reason in why_weak(password, own_words=OWN)


def _line(password: str, count: int) -> str:
    digest = hashlib.sha1(password.encode(), usedforsecurity=False)  # the published lists are in SHA-1
    return f"{digest.hexdigest().upper()}:{count}\r\n"


def test_a_sorted_list_of_hashes_is_searched_to_its_first_and_last_line(tmp_path):
    file = tmp_path / "pwned.txt"
    for size in (0, 1, 2, 3, 500):
        held = [f"leaked password {n}" for n in range(size)]
        file.write_bytes("".join(sorted(_line(each, n * 1000 + 1) for n, each in enumerate(held))).encode())
        assert all(is_listed(each, file) for each in held)
        assert not any(is_listed(f"other password {n}", file) for n in range(300))


def test_a_list_that_is_away_holds_nothing_and_one_that_is_named_is_asked(tmp_path):
    assert not is_listed("leaked password", tmp_path / "nowhere")
    file = tmp_path / "pwned.txt"
    file.write_text(_line("leaked password", 7))
    weak_passwords.configure(file)
    try:
        assert "泄露" in why_weak("leaked password", own_words=())
    finally:
        weak_passwords.configure(None)
    assert why_weak("leaked password", own_words=()) is None
