"""The README's table is the topic table, and its commands are commands."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from services.cli.app import app
from shared.topics import AGENTS, Stage

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def _row(stage: Stage) -> str:
    reads = f"`{stage.reads.name}`" if stage.reads else ""
    writes = f"`{stage.writes.name}` |" if stage.writes else "|"
    return f"| {stage.name} | {reads} | {stage.does} | {writes}"


def test_the_table_is_the_one_the_code_uses() -> None:
    rows = re.findall(r"^\| (?!service|-).*$", README, re.MULTILINE)

    assert rows == [_row(stage) for stage in AGENTS]


def test_every_khabar_command_in_the_documents_exists() -> None:
    commands = _commands()
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        code = "\n".join(_code(document.read_text("utf-8")))
        for name in re.findall(r"^(?:.*/)?khabar ([a-z]+)\b", code, re.MULTILINE):
            assert name in commands, f"{document.name} names `khabar {name}`"


def test_every_file_that_the_documents_link_to_is_there() -> None:
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert set(re.findall(r"make ((?!make)[a-z]+)", "\n".join(_code(README)))) <= targets


def _commands() -> set[str]:
    """The first word of each line of the list that `khabar --help` prints."""
    told = CliRunner().invoke(app, ["--help"]).output.partition("Commands:")[2]
    return set(re.findall(r"^  ([a-z]+) ", told, re.MULTILINE))


def _code(text: str) -> list[str]:
    """What stands in code blocks and between backticks."""
    found = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    return [block or inline for block, inline in found]
