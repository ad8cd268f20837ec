"""The folder of labelled data, which is no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """What KHABAR_DATA names; without it nothing here is measured, and so nothing passes."""
    named = os.environ.get("KHABAR_DATA")
    if not named:
        pytest.fail(
            "KHABAR_DATA names no folder of labelled data (the one that holds topics/): set it, see make quality"
        )
    return Path(named)
