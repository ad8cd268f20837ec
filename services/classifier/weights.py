"""The trained weights as a file: safetensors and a JSON model card, no pickle, so loading runs no code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from services.classifier.calibration import Calibration
from services.classifier.figures import ClassFigures, TopicFigures
from services.classifier.ngrams import BUCKET_BITS
from shared.outcomes import CannotStartError

MODEL_DIR = Path(__file__).with_name("model")
WEIGHTS_FILE = "topics.safetensors"
CARD_FILE = "card.json"
FORMAT = "khabar.topics.v1"
SCALE_UNIT = 1024.0
"""Scales are stored multiplied by it: as they are, many would be too small for 16 bits."""
BLOCK_NAMES = ("title", "body", "lead")
_CALIBRATION = ("own", "other", "offset", "curve_from", "curve_to")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BlockWeights:
    """One block: a bit for each bucket that is kept, and a row for each kept bucket, ascending.

    `lengths` (rows): what an n-gram adds to its article's length; `scales` (rows): SCALE_UNIT × what a row of
    `topics` is multiplied with; `topics`: rows × topics.
    """

    kept: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.float16]
    scales: npt.NDArray[np.float16]
    topics: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class TopicWeights:
    """All that the topic model learnt."""

    title: BlockWeights
    body: BlockWeights
    lead: BlockWeights
    bias: Floats
    calibration: Calibration


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """What the weights were made from, what they can do and where to abstain.

    `shifts`: by how much (log-odds) the best guess is likelier right in a language than in all together.
    """

    format: str
    version: str
    date: str
    data_digest: str
    weights_digest: str
    articles: int
    languages: list[str]
    threshold: float
    listed_from: float
    shifts: dict[str, float] = {}
    figures: TopicFigures
    by_language: dict[str, TopicFigures]
    by_topic: dict[str, ClassFigures]


class ModelError(CannotStartError):
    """The model's files are missing, damaged or of another format; the message says which and what to do."""


def save_weights(weights: TopicWeights, path: Path) -> None:
    """Writes the weights; the same weights give the same bytes."""
    tensors: dict[str, npt.NDArray[np.generic]] = {
        "bias": weights.bias,
        **{f"calibration.{name}": getattr(weights.calibration, name) for name in _CALIBRATION},
    }
    for name, block in zip(BLOCK_NAMES, (weights.title, weights.body, weights.lead), strict=True):
        tensors[f"{name}.kept"] = block.kept
        tensors[f"{name}.lengths"] = block.lengths
        tensors[f"{name}.scales"] = block.scales
        tensors[f"{name}.topics"] = block.topics
    save_file(
        {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, path, metadata={"format": FORMAT}
    )
    path.chmod(0o644)  # the library makes it private


def load_weights(path: Path) -> TopicWeights:
    """Reads weights. Raises ModelError where they are missing or not of this format."""
    try:
        tensors = load_file(path)
        title, body, lead = (
            BlockWeights(
                tensors[f"{name}.kept"],
                tensors[f"{name}.lengths"],
                tensors[f"{name}.scales"],
                tensors[f"{name}.topics"],
            )
            for name in BLOCK_NAMES
        )
        calibration = Calibration(*(tensors[f"calibration.{name}"] for name in _CALIBRATION))
        weights = TopicWeights(title, body, lead, tensors["bias"], calibration)
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelError(
            f"The topic model {path} cannot be read: {error!r}. Train it again with `khabar train topics --data DIR`."
        ) from error
    _check(weights, path)
    return weights


def _check(weights: TopicWeights, path: Path) -> None:
    for name, block in zip(BLOCK_NAMES, (weights.title, weights.body, weights.lead), strict=True):
        rows = int(np.bitwise_count(block.kept).sum(dtype=np.int64))
        shapes = (len(block.kept) * 8, len(block.lengths), len(block.scales), block.topics.shape)
        if shapes != (1 << BUCKET_BITS, rows, rows, (rows, len(weights.bias))):
            raise ModelError(
                f"The topic model {path} is damaged: block {name!r} has shapes {shapes}, {rows} rows were expected. "
                "Train it again with `khabar train topics --data DIR`."
            )


def save_card(card: msgspec.Struct, path: Path) -> None:
    """Writes a card as indented JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def load_card(path: Path) -> ModelCard:
    """Reads a card. Raises ModelError where it is missing or not of this format."""
    try:
        card = msgspec.json.decode(path.read_bytes(), type=ModelCard)
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(
            f"The model card {path} cannot be read: {error}. Train it again with `khabar train topics --data DIR`."
        ) from error
    if card.format != FORMAT:
        raise ModelError(f"The model card {path} says format {card.format!r}, this version reads {FORMAT!r}.")
    return card
