"""What became of each line that `khabar enrich` was given."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts import EnrichedArticle
from shared.outcomes import Coordinates, Outcome, Poison

TOPIC, PARTITION = "-", 0  # where the lines of one input stand; their numbers are the offsets


@dataclass(frozen=True, slots=True)
class Refused:
    """An input that one of the stages could not process."""

    stage: str
    poison: Poison


Result = Outcome[EnrichedArticle] | Refused


def line_coordinates(number: int) -> Coordinates:
    """Where a line stands."""
    return Coordinates(TOPIC, PARTITION, number)
