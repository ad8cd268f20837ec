"""The trained country weights as a file: safetensors, no pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from services.classifier.countries.evidence import FEATURES
from services.classifier.countries.learnt import LearntWeights
from services.classifier.figures import CountryFigures
from services.classifier.weights import MODEL_DIR, ModelError

COUNTRIES_FILE = "countries.safetensors"
COUNTRIES_CARD_FILE = "countries.json"
FORMAT = "khabar.countries.v1"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CountryWeights:
    """What phrases tell, and how much each feature of a candidate counts: logistic of features · weights + bias."""

    learnt: LearntWeights
    features: Floats
    bias: float
    threshold: float


class CountryCard(msgspec.Struct, frozen=True, kw_only=True):
    """What the weights were made from and what they can do, out of fold, whole sources held out."""

    format: str
    date: str
    data_digest: str
    weights_digest: str
    articles: int
    learnt: list[str]
    threshold: float
    figures: CountryFigures
    by_language: dict[str, CountryFigures]


def save_country_weights(weights: CountryWeights, path: Path) -> None:
    """Writes the weights; the same weights give the same bytes."""
    learnt = weights.learnt
    tensors = {
        "learnt.codes": np.frombuffer("".join(learnt.codes).encode("ascii"), np.uint8),
        "learnt.buckets": learnt.buckets,
        "learnt.lengths": learnt.lengths,
        "learnt.countries": learnt.countries,
        "learnt.weights": learnt.weights,
        "learnt.bias": learnt.bias,
        "features": weights.features,
        "bias": np.array([weights.bias], np.float32),
        "threshold": np.array([weights.threshold], np.float32),
    }
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, path, {"format": FORMAT})
    path.chmod(0o644)  # the library makes it private


def load_country_weights(path: Path = MODEL_DIR / COUNTRIES_FILE) -> CountryWeights:
    """Reads weights. Raises ModelError where they are missing or not of this format."""
    try:
        tensors = load_file(path)
        letters = tensors["learnt.codes"].tobytes().decode("ascii")
        weights = CountryWeights(
            LearntWeights(
                tuple(letters[start : start + 2] for start in range(0, len(letters), 2)),
                tensors["learnt.buckets"],
                tensors["learnt.lengths"],
                tensors["learnt.countries"],
                tensors["learnt.weights"],
                tensors["learnt.bias"],
            ),
            tensors["features"],
            float(tensors["bias"][0]),
            float(tensors["threshold"][0]),
        )
    except (OSError, SafetensorError, KeyError, UnicodeDecodeError) as error:
        raise ModelError(
            f"The country weights {path} cannot be read: {error!r}. "
            "Train them again with `khabar train countries --data DIR`."
        ) from error
    if len(weights.features) != len(FEATURES):
        raise ModelError(
            f"The country weights {path} know {len(weights.features)} features, this version has {len(FEATURES)}. "
            "Train them again with `khabar train countries --data DIR`."
        )
    return weights
