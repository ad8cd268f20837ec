"""Positions that live with the data: what Redis knows of the input, told by each write to it."""

from __future__ import annotations

from dataclasses import dataclass

NO_OFFSET = -1  # follows nothing: the start of the partition


@dataclass(frozen=True, slots=True)
class Span:
    """The offsets of one batch: the last one handled before it (`NO_OFFSET` for none), and its own last one."""

    topic: str
    partition: int
    follows: int
    reaches: int


class PositionBehindError(Exception):
    """Redis has lost what was applied between `known` and `follows`; nothing was changed."""

    def __init__(self, span: Span, known: int) -> None:
        super().__init__(
            f"Redis knows {span.topic}/{span.partition} up to offset {known}, but {span.follows} was handled already"
        )
        self.span = span
        self.known = known
