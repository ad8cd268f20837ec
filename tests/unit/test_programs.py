"""A missing program may shorten a user's test run, never CI's."""

from __future__ import annotations

import pytest

from tests.programs import needed_program

MISSING = ("no-such-program", "nor-this-one")


def test_the_first_that_is_there_is_taken() -> None:
    assert needed_program(("no-such-program", "sh")).endswith("/sh")


def test_without_it_the_test_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        needed_program(MISSING)


def test_in_ci_the_test_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no test is left out"):
        needed_program(MISSING)
