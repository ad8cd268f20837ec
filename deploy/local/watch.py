"""What the foreground tells while the stack runs: which program died, and that it came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.local.programs import log_of
from deploy.local.supervision import State


def pids(states: Iterable[State]) -> dict[str, int]:
    """Of the programs that run."""
    return {state.name: state.pid for state in states if state.pid}


def changes(before: Mapping[str, int], states: Iterable[State], logs: Path) -> list[str]:
    """A line for each program that is gone, or runs under another pid than before."""
    told = []
    for state in states:
        known = before.get(state.name, 0)
        if known and state.pid not in (0, known):
            told.append(f"  {state.name} ended (pid {known}) and was started again (pid {state.pid})")
        elif known and not state.pid:
            told.append(f"  {state.name} ended (pid {known}) and will be started again; {log_of(logs, state.name)}")
        elif not known and state.pid:
            told.append(f"  {state.name} runs again (pid {state.pid})")
    return told
