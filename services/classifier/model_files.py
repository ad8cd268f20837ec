"""The built-in topic model, read from its folder: weights and card that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.classifier.calibration import shifted
from services.classifier.reading import Batch
from services.classifier.tokens import Tokens
from services.classifier.topic_model import TopicModel
from services.classifier.weights import (
    CARD_FILE,
    MODEL_DIR,
    WEIGHTS_FILE,
    ModelCard,
    ModelError,
    load_card,
    load_weights,
)


class CardedTopicModel:
    """The linear model with what its card says of it: a `TopicProbabilities`."""

    def __init__(self, model: TopicModel, card: ModelCard) -> None:
        self.model = model
        self.card = card
        self.languages = frozenset(card.languages)
        self.threshold = card.threshold
        self.listed_from = card.listed_from

    def knows(self, language: str) -> bool:
        """Whether it was trained on this language; a regional code counts as its language."""
        return language.partition("-")[0] in self.languages

    def probabilities(self, batch: Batch) -> npt.NDArray[np.float32]:
        """Articles × topics: the probability that it is a topic, primary or secondary, of the article."""
        return self.told(batch.tokens, [article.language.code for article in batch.articles])

    def told(self, tokens: Tokens, languages: Sequence[str]) -> npt.NDArray[np.float32]:
        """As `probabilities`, of tokens and the language of each article."""
        shifts = [self.card.shifts.get(language.partition("-")[0], 0.0) for language in languages]
        return shifted(self.model.probabilities(tokens), np.array(shifts, np.float32))


def load_topic_model(folder: Path = MODEL_DIR) -> CardedTopicModel:
    """Loads the model of a folder. Raises ModelError where a file is missing, damaged or not the card's."""
    card, weights = load_card(folder / CARD_FILE), folder / WEIGHTS_FILE
    model = TopicModel(load_weights(weights))
    digest = sha256(weights.read_bytes()).hexdigest()
    if digest != card.weights_digest:
        raise ModelError(
            f"{weights} has SHA-256 {digest}, its card says {card.weights_digest}. "
            "Take both from one training: `khabar train topics --data DIR`."
        )
    return CardedTopicModel(model, card)
