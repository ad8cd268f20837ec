"""The end of a log below a sentence: enough to see the cause, never a screen full."""

from __future__ import annotations

from pathlib import Path

from deploy.local.process import LOG_COLUMNS, LOG_LINES, tail


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
