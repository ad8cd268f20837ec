"""Topics and countries of sources never seen are at least as good as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.classifier.weights import CARD_FILE, MODEL_DIR, load_card
from tests.quality.classifier.floors import (
    LARGEST_CALIBRATION_ERROR,
    Measured,
    below,
    figures,
    measure,
    read_floors,
)

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def measured(data: Path) -> Measured:
    return measure(data)


def test_the_figures_reach_their_floors(measured: Measured) -> None:
    floors = read_floors()
    assert measured.topics.digest == floors.digest, "the floors were measured on other data: update them"
    sunk = below(floors.floors, list(figures(measured)))
    assert not sunk, "\n".join(["below their floors:", *sunk, "", str(measured.topics), "", str(measured.countries)])


def test_scores_mean_probabilities(measured: Measured) -> None:
    assert measured.topics.figures.calibration_error < LARGEST_CALIBRATION_ERROR


def test_the_model_was_trained_on_this_data(measured: Measured) -> None:
    assert load_card(MODEL_DIR / CARD_FILE).data_digest == measured.topics.digest
