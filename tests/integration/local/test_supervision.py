"""Real supervisord over small programs: order of stopping, restarts, and a stack that runs already."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.failure import LocalError
from deploy.local.programs import FIRST, LAST, SECOND, Program, supervisor_settings
from deploy.local.start import refuse_running
from deploy.local.supervision import Supervisor

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 30
# Says when it is up and when it was asked to stop, in a file that all share.
CODE = """
import os, signal, sys, threading
name, diary = sys.argv[1:]
def write(what):
    with open(diary, "a") as out:
        out.write(f"{name} {what} {os.getpid()}\\n")
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
write("up")
stopped.wait()
write("stopped")
"""


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """What the programs wrote."""
    return tmp_path / "diary of 100% $HOME.txt"


def _program(name: str, priority: int, diary: Path) -> Program:
    script = diary.with_name("writes a diary.py")
    script.write_text(CODE, "utf-8")
    command = [sys.executable, str(script), name, str(diary)]
    return Program(name, command, "nowhere", lambda: f"{name} up" in _text(diary), priority, stop_seconds=10)


@pytest.fixture
def supervisor(tmp_path: Path, diary: Path) -> Iterator[Supervisor]:
    """A supervisord with a first, a second and two last programs, none of them started."""
    run = tmp_path / "run"
    run.mkdir()
    it = Supervisor(run)
    programs = [_program("kafka", FIRST, diary), _program("redis", SECOND, diary)]
    programs += [_program("cache", LAST, diary), _program("api", LAST, diary)]
    it.settings_file.write_text(supervisor_settings(run, it.socket, programs), "utf-8")
    it.start(dict(os.environ))
    yield it
    if it.is_running():
        it.stop()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _text(diary: Path) -> str:
    return diary.read_text("utf-8") if diary.exists() else ""


def _wait_for(diary: Path, what: str, times: int = 1) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while _text(diary).count(what) < times:
        assert time.monotonic() < until, _text(diary)
        time.sleep(0.02)


def _start_all(supervisor: Supervisor, diary: Path) -> None:
    for name in ("kafka", "redis", "services:cache", "services:api"):
        supervisor.start_program(name)
        _wait_for(diary, f"{name.split(':')[-1]} up")


def test_what_started_first_stops_last_and_nothing_is_left(supervisor: Supervisor, diary: Path) -> None:
    _start_all(supervisor, diary)
    pids = [state.pid for state in supervisor.states()]
    supervisor.stop()
    stopped = [line.split()[0] for line in _text(diary).splitlines() if "stopped" in line]
    assert set(stopped[:2]) == {"cache", "api"}
    assert stopped[2:] == ["redis", "kafka"]
    assert not supervisor.is_running()
    assert not [pid for pid in pids if _is_alive(pid)]


def test_a_killed_program_comes_back(supervisor: Supervisor, diary: Path) -> None:
    _start_all(supervisor, diary)
    pid = next(state.pid for state in supervisor.states() if state.name == "cache")
    os.kill(pid, signal.SIGKILL)
    _wait_for(diary, "cache up", times=2)
    assert "cache stopped" not in _text(diary)


def test_nothing_starts_before_it_is_told(supervisor: Supervisor, diary: Path) -> None:
    assert {state.state for state in supervisor.states()} == {"STOPPED"}
    assert not diary.exists()


def test_a_second_run_is_told_where_the_first_one_is(supervisor: Supervisor, tmp_path: Path) -> None:
    (tmp_path / "run" / "page").write_text("http://127.0.0.1:8123/", "utf-8")
    with pytest.raises(LocalError, match=r"already running at http://127\.0\.0\.1:8123/"):
        refuse_running(Supervisor(tmp_path / "run"), tmp_path)
    supervisor.stop()
    refuse_running(Supervisor(tmp_path / "run"), tmp_path)


def test_a_folder_with_a_long_name_still_has_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("long name of a folder, " * 8 + "its end")
    deep.mkdir()
    it = Supervisor(deep)
    it.settings_file.write_text(supervisor_settings(deep, it.socket, [_program("a", LAST, tmp_path / "d")]), "utf-8")
    it.start(dict(os.environ))
    it.stop()
