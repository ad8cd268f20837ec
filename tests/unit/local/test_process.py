"""A server as a process: never left behind, and its log shown so that the cause is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.failure import LocalError
from deploy.local.process import LOG_COLUMNS, LOG_LINES, Server, tail


def test_the_last_lines_are_shown_and_the_file_is_named(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)), "utf-8")
    shown = tail(log).splitlines()
    assert shown[0] == f"  line {100 - LOG_LINES}"
    assert shown[-2:] == ["  line 99", f"  (all of it: {log})"]


def test_a_line_is_cut_above_the_limit_and_not_at_it(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("a" * LOG_COLUMNS + "\n" + "b" * (LOG_COLUMNS + 1) + "\n", "utf-8")
    assert tail(log).splitlines()[:2] == ["  " + "a" * LOG_COLUMNS, "  " + "b" * LOG_COLUMNS + " …"]


def test_a_log_that_is_not_there_and_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    assert "no log" in tail(tmp_path / "x.log")
    (tmp_path / "y.log").write_bytes(b"\xff\xfe cause\n")
    assert "cause" in tail(tmp_path / "y.log")


def test_a_server_that_is_not_ready_in_time_is_not_left_running(tmp_path: Path) -> None:
    server = Server("sleeper", ["sleep", "60"], tmp_path / "x.log", is_ready=lambda: False)
    with pytest.raises(LocalError, match="sleeper was not ready"):
        server.start(timeout_seconds=0)
    assert not server.is_running


def test_a_server_that_ends_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    server = Server("broken", ["sh", "-c", "echo the reason; exit 1"], tmp_path / "x.log", is_ready=lambda: False)
    with pytest.raises(LocalError, match=r"broken stopped at once:\n  the reason"):
        server.start()
