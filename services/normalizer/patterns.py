"""Patterns that operators write in ordinary spelling, made to match text that was folded."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from shared.text.match_key import fold

DATA = Path(__file__).with_name("data")
# What must not be folded: escapes (`\\W` is not `\\w`) and the names of groups.
_KEPT = re.compile(r"\\.|\(\?P<\w+>|\(\?[a-zA-Z]")


def read_data(name: str) -> dict[str, Any]:
    """A data file of the normalizer, as TOML."""
    return tomllib.loads((DATA / name).read_text("utf-8"))


def folded_pattern(pattern: str) -> str:
    """The pattern with its letters folded like the text that it will meet."""
    folded: list[str] = []
    end = 0
    for kept in _KEPT.finditer(pattern):
        folded += [fold(pattern[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*folded, fold(pattern[end:])])
