import socket
import subprocess
import sys

import pytest

from casework.cli.start_up import require_free_port, sole_use
from casework.errors import Unavailable


def test_a_taken_port_is_named_with_what_to_do():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Unavailable, match=f"端口 {port} 已被其他程序占用.*PORT={port + 1}") as refusal:
            require_free_port("127.0.0.1", port)
    assert refusal.value.code == "port_taken"


def test_a_free_port_is_accepted_and_left_free():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_refused_with_the_reason():
    with pytest.raises(Unavailable, match=r"无法在 192\.0\.2\.1") as refusal:
        require_free_port("192.0.2.1", 8000)
    assert refusal.value.code == "port_refused"


def test_two_supervisors_do_not_share_a_data_folder(tmp_path):
    holder = "import sys, time; from pathlib import Path; from casework.cli.start_up import sole_use\n"
    holder += "with sole_use(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", holder, tmp_path], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout.readline() == b"held\n"
            with pytest.raises(Unavailable, match=rf"进程 {other.pid}") as refusal, sole_use(tmp_path):
                pass
        finally:
            other.kill()
    assert refusal.value.code == "data_folder_taken"
    with sole_use(tmp_path):
        pass  # the lock died with its holder, though its file is still there


def test_a_data_folder_is_free_again_after_use(tmp_path):
    for _ in range(2):
        with sole_use(tmp_path / "new"):
            pass
