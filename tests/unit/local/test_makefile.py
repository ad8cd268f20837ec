"""The Makefile's own help."""

from __future__ import annotations

import re
import subprocess

import pytest

from deploy.local.folder import PROJECT
from tests.programs import needed_program


@pytest.fixture(autouse=True)
def make() -> str:
    """The program; README asks for it."""
    return needed_program(("make",))


def test_help_lists_every_target() -> None:
    said = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony
    assert re.findall(r"^  make (\S+) +\S", said, re.MULTILINE) == phony[1].split()


def test_without_a_new_enough_python_the_sentence_says_what_to_install() -> None:
    done = subprocess.run(["make", "setup", "PYTHON="], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "no Python of version 3.11 or newer was found" in done.stderr
    assert "apt-get install python3" in done.stderr
