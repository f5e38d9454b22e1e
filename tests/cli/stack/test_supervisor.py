"""The supervisor restarts what crashes, waits longer each time, and ends everything in order."""

import http.client
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cli.servers.processes import lives, wait_until
from cli.stack.children import Forked, forked_process
from cli.stack.places import Places
from cli.stack.plan import ProcessSpec
from cli.stack.ports import Ports
from cli.stack.supervisor import Supervisor
from tests.cli.stack import toys

ROOT = Path(__file__).parents[3]
Make = Callable[..., Forked]


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop(seconds=0.1)


@pytest.fixture
def toy(tmp_path: Path) -> Make:
    def make(name: str, run: Callable[[], object], **env: str) -> Forked:
        return Forked(name, run, env=env, log=tmp_path / f"{name}.log")

    return make


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    places = Places(tmp_path / "state")
    places.prepare()
    yield places
    places.erase()


def _tick_until(supervisor: Supervisor, true: Callable[[], bool], seconds: float = 5) -> bool:
    def ticked() -> bool:
        supervisor.tick()
        return true()

    return wait_until(ticked, seconds=seconds)


def test_a_killed_child_is_back_at_once_with_its_own_environment(supervisor: Supervisor, toy: Make) -> None:
    child = toy("worker", toys.work_until_asked, TOY="projects")
    supervisor.add([child])
    first = child.pid
    assert first is not None
    assert wait_until(lambda: "working" in _text(child), seconds=5)
    os.kill(first, signal.SIGKILL)
    assert _tick_until(supervisor, lambda: child.pid not in (None, first), seconds=1)
    assert wait_until(lambda: _text(child).count("working for projects") == 2, seconds=5)
    assert supervisor.watched["worker"].restarts == 1


def test_a_child_that_crashes_again_and_again_is_started_ever_more_seldom(supervisor: Supervisor, toy: Make) -> None:
    child = toy("broken", toys.crash)
    supervisor.add([child])
    entry = supervisor.watched["broken"]
    assert _tick_until(supervisor, lambda: entry.failures == 3)
    begin = time.monotonic()
    assert _tick_until(supervisor, lambda: entry.failures == 4)
    assert 0.8 < time.monotonic() - begin < 3
    assert child.exit_status == 1
    assert "the toy is broken" in _text(child)


def test_groups_end_in_reverse_and_who_does_not_listen_is_killed(toy: Make) -> None:
    supervisor = Supervisor()
    first, second = toy("first", toys.work_until_asked), toy("second", toys.ignore_everything)
    supervisor.add([first])
    supervisor.add([second])
    assert wait_until(lambda: "working" in _text(first), seconds=5)
    time.sleep(0.2)
    begin = time.monotonic()
    supervisor.stop(seconds=0.5)
    assert 0.5 <= time.monotonic() - begin < 3
    assert first.exit_status == 0
    assert [first.pid, second.pid] == [None, None]


def test_a_web_app_keeps_its_port_over_a_crash_and_finishes_its_requests(
    supervisor: Supervisor, places: Places
) -> None:
    bound = Ports(places).listen("toy")
    port = bound.getsockname()[1]
    spec = ProcessSpec("toy", app="tests.cli.stack.toys:create_app")
    child = forked_process(spec, env={"PYTHONPATH": str(ROOT)}, log=places.logs / "toy.log", bound=bound)
    supervisor.add([child])
    assert _tick_until(supervisor, lambda: _ask(port) is not None)
    first = _ask(port)
    os.kill(int(first or 0), signal.SIGKILL)
    assert _tick_until(supervisor, lambda: _ask(port) not in (None, first))
    answers: list[str | None] = []
    thread = threading.Thread(target=lambda: answers.append(_ask(port, "/slow", 5)))
    thread.start()
    time.sleep(0.4)
    child.ask_to_stop()
    thread.join()
    assert answers not in ([], [None])
    assert wait_until(lambda: child.pid is None, seconds=5)
    bound.close()


def test_ports_are_the_same_next_time_unless_somebody_took_them(places: Places) -> None:
    held = Ports(places).listen("web")
    port = held.getsockname()[1]
    held.close()
    again = Ports(places).listen("web")
    assert again.getsockname()[1] == port
    again.listen()
    other = Ports(places).listen("web")
    assert other.getsockname()[1] != port
    assert Ports(places).choose("gateway", port) != port
    again.close()
    other.close()


@pytest.mark.slow
def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from cli.stack.children import Forked
        from tests.cli.stack import toys
        child = Forked("worker", toys.work_until_asked, env={}, log=Path(sys.argv[1]))
        child.start()
        print(child.pid, flush=True)
        time.sleep(60)
    """)
    command = [sys.executable, "-c", script, str(tmp_path / "log")]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    child = psutil.Process(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not lives(child), seconds=5)


def _text(child: Forked) -> str:
    return child.log.read_text() if child.log.exists() else ""


def _ask(port: int, path: str = "/", timeout: float = 0.3) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["large", "small"])
def test_what_is_loaded_before_the_forks_starts_no_thread_and_draws_no_id(profile: str) -> None:
    """A thread's locks would stay locked in the children, and ids drawn before would be drawn again in each."""
    script = textwrap.dedent("""
        import os, sys
        import uuid_utils.compat as ids
        drawn = []
        for name in [name for name in dir(ids) if name.startswith("uuid")]:
            setattr(ids, name, lambda *a, _f=getattr(ids, name), **k: drawn.append(1) or _f(*a, **k))
        from cli.stack import forking
        from cli.stack.plan import read_plan
        forking.preload(read_plan().of_profile(sys.argv[1]).preload)
        print(len(os.listdir("/proc/self/task")), len(drawn), "small.app" in sys.modules)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script, profile], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["1", "0", str(profile == "small")], done.stderr
