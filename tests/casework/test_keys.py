"""Keys are read from the place that the environment names, follow it while processes run, and are printed nowhere."""

import json
import stat

import pytest

from casework import sealing
from casework.clock import now
from casework.config import load
from casework.errors import Unavailable
from casework.keys import CommandKeys, FileKeys, new_key
from casework.sealing import KeyRing, SealBroken

A, B = "aa" * 32, "bb" * 32
SAID = {"sealing_keys": {"k1": A, "k2": B}, "index_key": B}


@pytest.fixture
def file(tmp_path):
    made = FileKeys(tmp_path / "keys.json")
    made.make()
    return made


@pytest.fixture
def ring(file):
    return following(file)


def following(source):
    keys = source.read()
    return KeyRing(keys.sealing, keys.index, source=source)


def test_a_ring_that_meets_an_unknown_key_reads_the_keys_again_without_a_restart(file, ring):
    assert file.add(new_key(), at=now()) == "k2"
    fresh = following(file).seal(b"value", "context")  # a process that began later
    assert fresh.startswith(b"\x02k2")
    assert ring.unseal(fresh, "context") == b"value"
    assert ring.seal(b"value", "context").startswith(b"\x02k2")


def test_a_ring_that_meets_nothing_new_still_seals_with_the_new_key_within_seconds(file, ring, monkeypatch):
    file.add(new_key(), at=now())
    assert ring.seal(b"value", "context").startswith(b"\x02k1")
    monkeypatch.setattr(sealing, "LOOK_SECONDS", 0)
    assert ring.seal(b"value", "context").startswith(b"\x02k2")


def test_bytes_that_somebody_made_up_are_asked_for_once_and_not_all_the_time(file, ring, monkeypatch):
    asked = []
    monkeypatch.setattr(FileKeys, "read", lambda self: asked.append(1) or _read(self))
    for _ in range(5):
        with pytest.raises(SealBroken):
            ring.unseal(b"\x02k9" + bytes(40), "context")
    assert len(asked) == 1


_read = FileKeys.read


def test_keys_that_cannot_be_read_any_more_leave_those_that_are_held(file, ring, monkeypatch):
    old = ring.seal(b"value", "context")
    file.path.write_text("{")
    monkeypatch.setattr(sealing, "LOOK_SECONDS", 0)
    assert ring.seal(b"value", "context").startswith(b"\x02k1")
    assert ring.unseal(old, "context") == b"value"
    with pytest.raises(SealBroken):
        ring.unseal(b"\x02k9" + bytes(40), "context")


def test_the_name_of_a_key_that_is_gone_never_comes_back(file):
    names = [file.add(new_key(), at=now())]
    file.remove("k2")
    names.append(file.add(new_key(), at=now()))
    assert names == ["k2", "k3"]
    assert list(file.read().sealing) == ["k1", "k3"]
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_the_environment_and_a_command_give_keys_and_the_file_keeps_the_key_of_the_sessions(tmp_path):
    told = {"CASEWORK_DATA": str(tmp_path)}
    beside = load(told)
    given = load(told | {"CASEWORK_SEALING_KEYS": f"k1={A}, k2={B}", "CASEWORK_INDEX_KEY": A})
    script = tmp_path / "kms"
    script.write_text(f"#!/bin/sh\necho '{json.dumps(SAID)}'\n")
    script.chmod(0o700)
    called = load(told | {"CASEWORK_KEYS_COMMAND": str(script), "CASEWORK_SEALING_KEYS": "ignored"})
    for settings, index in ((given, A), (called, B)):
        assert {name: key.hex() for name, key in settings.sealing_keys.items()} == SAID["sealing_keys"]
        assert settings.index_key.hex() == index
        assert settings.secret_key == beside.secret_key
        assert not [key for key in (A, B) if key in repr(settings) + repr(settings.key_source)]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"CASEWORK_SEALING_KEYS": f"k1={A}"}, "CASEWORK_INDEX_KEY"),
        ({"CASEWORK_SEALING_KEYS": "k1=abc", "CASEWORK_INDEX_KEY": A}, "64 位"),
        ({"CASEWORK_SEALING_KEYS": f"a b={A}", "CASEWORK_INDEX_KEY": A}, "CASEWORK_SEALING_KEYS"),
        ({"CASEWORK_KEYS_COMMAND": "/nowhere/kms"}, "FileNotFoundError"),
        ({"CASEWORK_KEYS_COMMAND": "'"}, "ValueError"),
        ({"CASEWORK_KEYS_COMMAND": "false"}, "exit 1"),
        ({"CASEWORK_KEYS_COMMAND": "echo geheim"}, "CASEWORK_KEYS_COMMAND"),
        ({"CASEWORK_KEYS_COMMAND": "echo []"}, "CASEWORK_KEYS_COMMAND"),
        ({"CASEWORK_KEYS_COMMAND": f'echo \'{{"sealing_keys": {{}}, "index_key": "{A}"}}\''}, "至少一个"),
    ],
)
def test_a_source_that_gives_no_keys_stops_the_start_with_a_sentence_that_repeats_nothing(tmp_path, told, says):
    with pytest.raises(Unavailable, match=says) as refusal:
        load({"CASEWORK_DATA": str(tmp_path)} | told)
    assert "geheim" not in str(refusal.value)
    assert A not in str(refusal.value)


def test_a_command_runs_without_a_shell_and_not_for_ever(tmp_path):
    with pytest.raises(Unavailable, match=r"> 0\.05 s"):
        CommandKeys("sleep 5", "secret", seconds=0.05).read()
    made = tmp_path / "made"
    with pytest.raises(Unavailable):
        CommandKeys(f"echo x; touch {made}", "secret").read()
    assert not made.exists()


def test_a_file_that_is_damaged_or_unreadable_is_named(file):
    file.path.write_text("[]")
    with pytest.raises(Unavailable, match="密钥"):
        file.read()
    file.path.unlink()
    with pytest.raises(Unavailable, match="密钥"):
        file.read()
