"""Prometheus's own programs: tests may go without them on a user's machine, never in CI."""

from __future__ import annotations

import os
import shutil

import pytest


def prometheus_program(name: str) -> str:
    """The path of `prometheus` or `promtool`; where it is missing the test is skipped, and in CI it fails."""
    found = shutil.which(name)
    if found is None:
        why = f"{name} is not installed (Debian's package prometheus has it)"
        if os.environ.get("CI"):
            pytest.fail(f"{why}: CI must check the deployment files with it")
        pytest.skip(why)
    return found
