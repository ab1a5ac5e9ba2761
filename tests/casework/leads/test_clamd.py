"""A file is kept only after the scanner has seen all of it and said that it is clean; without one, that is said."""

import pytest

from casework.errors import FileRefused, Unavailable
from casework.leads import clamd
from tests.support.clamd import MARKER, scanner

LARGE = bytes(range(256)) * 1000  # several parts of the stream


def scanned(content, where):
    return clamd.scan(content, name="a.jpg", address=where)


def test_without_a_scanner_nothing_is_claimed():
    assert scanned(b"anything", "") == "not_scanned"


@pytest.mark.parametrize("by", ["tcp", "unix"])
def test_the_scanner_sees_every_byte_and_its_word_is_kept(by, tmp_path):
    with scanner(socket_file=tmp_path / "clamd.ctl" if by == "unix" else None) as found:
        assert scanned(LARGE, found.address) == "clean"
        assert found.given == [LARGE]


def test_an_infected_file_is_refused_with_its_name():
    with scanner() as found, pytest.raises(FileRefused) as refused:
        scanned(LARGE + MARKER, found.address)
    assert refused.value.code == "file_infected"
    assert "a.jpg" in str(refused.value)


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR", b"", b"stream: OK then", b"UNKNOWN COMMAND"])
def test_what_is_no_verdict_keeps_nothing(said):
    with scanner() as found:
        found.instead = said or b"\0"
        with pytest.raises(Unavailable):
            scanned(b"anything", found.address)


@pytest.mark.parametrize("where", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl"])
def test_a_scanner_that_is_away_is_a_reason_to_wait(where):
    with pytest.raises(Unavailable) as away:
        scanned(b"anything", where)
    assert "稍后" in str(away.value)
