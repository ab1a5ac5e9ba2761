"""The supervisor runs in a process of its own here, as it does in life, and its children are stand-ins."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

WITHIN = 60.0
SCRIPT = """
    import sys
    from casework.cli.supervisor import Child, Supervisor

    def child(name, code, **rest):
        return Child(name=name, argv=[sys.executable, "-c", code], **rest)

    POLITE = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('put away')));"
        "print('at work'); time.sleep(60)"
    )
    STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('at work'); time.sleep(60)"
    {body}
"""


class Run:
    """A supervisor at work and everything that it has said so far."""

    def __init__(self, folder: Path, body: str) -> None:
        self._said = folder / "said"
        code = textwrap.dedent(SCRIPT).replace("{body}", textwrap.dedent(body).strip())
        with self._said.open("wb") as said:
            self.process = subprocess.Popen([sys.executable, "-c", code], stdout=said, stderr=said)

    def said(self) -> str:
        return self._said.read_text()

    def wait_for(self, *words: str) -> str:
        wait_until(lambda: all(word in self.said() for word in words), self.said)
        return self.said()

    def pid_of(self, word: str) -> int:
        return int(re.search(rf"{word} (\d+)", self.wait_for(f"{word} "))[1])

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def code(self) -> int:
        return self.process.wait(WITHIN)


def wait_until(true: Callable[[], bool], what: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    runs: list[Run] = []

    def start(body: str) -> Run:
        runs.append(Run(tmp_path, body))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.signal(signal.SIGTERM)
            run.signal(signal.SIGINT)
            run.code()


def test_each_line_bears_the_name_of_the_child_that_said_it(supervise):
    run = supervise("Supervisor([child('web', POLITE), child('worker', POLITE)]).run()")
    run.wait_for("web        | at work", "worker     | at work")


def test_a_child_starts_when_the_one_before_it_is_ready(supervise, tmp_path):
    run = supervise(f"""
        from pathlib import Path
        flag = Path({str(tmp_path)!r}) / "flag"
        slow = child("queue", f"import time; time.sleep(.5); open({{str(flag)!r}}, 'w'); print('open'); time.sleep(60)",
                     ready=flag.exists)
        looks = child("web", f"import os; print('saw', os.path.exists({{str(flag)!r}})); import time; time.sleep(60)")
        Supervisor([slow, looks]).run(on_ready=lambda: print("ALL READY", flush=True))
    """)
    assert "saw True" in run.wait_for("saw ", "ALL READY")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_children_by_rank_and_the_queue_server_last(supervise, number):
    run = supervise("""
        children = [child("queue", POLITE, stop_rank=9), child("web", POLITE, stop_rank=1),
                    child("worker", POLITE, stop_rank=2)]
        sys.exit(Supervisor(children).run())
    """)
    run.wait_for("queue      | at work", "web        | at work", "worker     | at work")
    run.signal(number)
    assert run.code() == 0
    stopped = re.findall(r"supervisor \| (\w+) 已停止", run.said())
    assert stopped == ["web", "worker", "queue"]
    assert run.said().count("put away") == 3


def test_a_second_signal_ends_everything_at_once(supervise):
    run = supervise("""
        stubborn = [child("one", STUBBORN, stop_rank=1, grace=60), child("two", STUBBORN, stop_rank=2, grace=60)]
        sys.exit(Supervisor(stubborn).run())
    """)
    run.wait_for("one        | at work", "two        | at work")
    began = time.monotonic()
    run.signal(signal.SIGINT)
    time.sleep(0.3)
    assert run.process.poll() is None, "one signal waits for the child"
    run.signal(signal.SIGINT)
    assert run.code() == 130
    assert time.monotonic() - began < 5


def test_a_child_that_does_not_stop_in_time_is_killed_and_said_so(supervise):
    run = supervise("sys.exit(Supervisor([child('web', STUBBORN, grace=.2)]).run())")
    run.wait_for("at work")
    run.signal(signal.SIGTERM)
    assert run.code() == 0
    assert "web 未按时退出，已强制结束。" in run.said()


def test_a_dead_child_is_started_again_after_growing_pauses(supervise):
    run = supervise(
        "Supervisor([child('web', 'print(1); raise SystemExit(3)', ready=iter((True,)).__next__)], "
        "first_pause=.05, longest_pause=.2).run()".replace("raise", "import time; time.sleep(.2); raise")
    )
    said = run.wait_for("0.05 秒后", "0.1 秒后", "0.2 秒后")
    assert "web 已退出（退出码 3）" in said
    assert said.index("0.05 秒后") < said.index("0.1 秒后") < said.index("0.2 秒后")


def test_a_child_that_cannot_even_start_ends_the_run_and_the_others(supervise):
    run = supervise("""
        sys.exit(Supervisor([child("queue", POLITE), child("web", "raise SystemExit(7)", ready=lambda: False)]).run())
    """)
    assert run.code() == 1
    assert "web 未能启动（退出码 7）" in run.said()
    assert "queue 已停止。" in run.said()


def test_a_child_that_never_gets_ready_ends_the_run(supervise):
    run = supervise("sys.exit(Supervisor([child('web', POLITE, ready=lambda: False, ready_within=.3)]).run())")
    assert run.code() == 1
    assert "web 在 0.3 秒内未就绪" in run.said()


HORSE = (
    "import os, time\n"
    "if os.fork() == 0:\n"
    "    os.setpgrp()\n"  # as RQ's work horse does
    "    os.write(1, f'horse {os.getpid()}\\n'.encode())\n"  # one write a line: two processes share the pipe
    "    time.sleep(60)\n"
    "os.write(1, f'parent {os.getpid()}\\n'.encode())\n"
    "time.sleep(60)\n"
)


def test_a_killed_worker_takes_its_work_horse_with_it(supervise):
    run = supervise(f"Supervisor([child('worker', {HORSE!r})], first_pause=60).run()")
    horse, parent = run.pid_of("horse"), run.pid_of("parent")
    assert os.getpgid(horse) != os.getpgid(parent), "killing the group alone would miss the horse"
    os.kill(parent, signal.SIGKILL)
    wait_until(lambda: not is_alive(horse))


def test_children_hear_when_the_supervisor_itself_is_killed(supervise):
    run = supervise(
        "Supervisor([child('worker', 'import os, time; print(\"pid\", os.getpid()); time.sleep(60)')]).run()"
    )
    pid = run.pid_of("pid")
    run.signal(signal.SIGKILL)
    wait_until(lambda: not is_alive(pid))
