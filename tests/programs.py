"""Programs that only the system can give: tests may go without them on a user's machine, never in CI."""

from __future__ import annotations

import os
import shutil

import pytest

CHROMIUM = ("chromium", "google-chrome")
CURL, KCAT = ("curl",), ("kcat",)
PROMETHEUS, PROMTOOL = ("prometheus",), ("promtool",)


def needed_program(names: tuple[str, ...]) -> str:
    """The path of the first that is there; where none is, the test is skipped, and in CI it fails."""
    for name in names:
        if found := shutil.which(name):
            return found
    why = f"{names[0]} is not installed (CI installs it with apt-get)"
    if os.environ.get("CI"):
        pytest.fail(f"{why}: no test is left out in CI")
    pytest.skip(why)
