"""A missing Prometheus may shorten a user's test run, never CI's."""

from __future__ import annotations

import pytest

from tests.unit.deploy.programs import prometheus_program

MISSING = "no-such-program-of-prometheus"


def test_without_it_the_test_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="is not installed"):
        prometheus_program(MISSING)


def test_in_ci_the_test_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must check"):
        prometheus_program(MISSING)
