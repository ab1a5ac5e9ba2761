import os
import stat
import subprocess
import time

import pytest
from redis import Redis

from casework.cli import queue_server
from casework.errors import Unavailable


def test_it_answers_while_it_runs_and_is_gone_afterwards(tmp_path):
    server = queue_server.at(tmp_path)
    with server.running() as url, Redis.from_url(url) as connection:
        assert connection.ping()
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert not server.is_ready()


def test_what_was_queued_is_there_after_a_restart(tmp_path):
    for number in (1, 2):
        with queue_server.at(tmp_path).running() as url, Redis.from_url(url) as connection:
            assert connection.rpush("jobs", "one") == number


def test_it_listens_on_no_port_and_its_socket_is_private(tmp_path):
    server = queue_server.at(tmp_path)
    with server.running() as url, Redis.from_url(url) as connection:
        assert connection.config_get("port") == {"port": "0"}
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_a_deep_data_folder_gets_a_short_socket_path_that_is_always_the_same(tmp_path):
    deep = tmp_path / ("很深的目录" * 10)
    server = queue_server.at(deep)
    assert len(os.fsencode(server.socket)) <= queue_server.SOCKET_PATH_BYTES
    assert server.socket == queue_server.at(deep).socket
    assert server.socket != queue_server.at(deep / "other").socket
    try:
        with server.running() as url, Redis.from_url(url) as connection:
            assert connection.ping()
    finally:
        server.socket.parent.rmdir()


def test_a_short_socket_folder_that_others_may_enter_is_refused(tmp_path):
    folder = tmp_path / ("d" * 120)
    private = queue_server.socket_path(folder).parent
    try:
        private.chmod(0o755)
        with pytest.raises(Unavailable) as refusal:
            queue_server.socket_path(folder)
        assert refusal.value.code == "socket_folder_unsafe"
    finally:
        private.rmdir()


def test_an_orphan_of_an_earlier_run_is_stopped_and_keeps_its_entries(tmp_path):
    server = queue_server.at(tmp_path)
    orphan = subprocess.Popen(server.argv, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        while not server.is_ready():
            time.sleep(0.02)
        with Redis.from_url(server.url) as connection:
            connection.set("kept", "yes")
        assert server.stop_orphan()
        assert orphan.wait(60) == 0
    finally:
        orphan.kill()
        orphan.wait()
    assert not server.stop_orphan()
    with server.running() as url, Redis.from_url(url) as connection:
        assert connection.get("kept") == b"yes"


def test_a_socket_left_by_a_crash_does_not_stand_in_the_way(tmp_path):
    server = queue_server.at(tmp_path)
    crashed = subprocess.Popen(server.argv, start_new_session=True, stdout=subprocess.DEVNULL)
    while not server.is_ready():
        time.sleep(0.02)
    crashed.kill()
    crashed.wait()
    assert server.socket.exists()
    with server.running() as url, Redis.from_url(url) as connection:
        assert connection.ping()


def test_a_machine_without_a_binary_is_told_what_to_do(tmp_path, monkeypatch):
    def no_binary():
        raise queue_server.ValkeyBinaryNotFoundError("none for this platform")

    monkeypatch.setattr(queue_server, "get_binary_path", no_binary)
    with pytest.raises(Unavailable, match="REDIS_URL"):
        _ = queue_server.at(tmp_path).argv
