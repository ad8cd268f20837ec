"""The model's files: the committed ones belong together, damaged ones are refused in words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.classifier.countries.weights import COUNTRIES_FILE, load_country_weights, save_country_weights
from services.classifier.model_files import load_topic_model
from services.classifier.tokens import story, tokenise
from services.classifier.weights import (
    CARD_FILE,
    MODEL_DIR,
    WEIGHTS_FILE,
    ModelError,
    load_card,
    load_weights,
    save_card,
    save_weights,
)
from tests.unit.classifier.samples import VISIT

LARGEST = 15_000_000
LANGUAGES = {"ar", "de", "en", "es", "fa", "fr", "it", "pt", "ru", "tr", "uk"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (CARD_FILE, WEIGHTS_FILE, COUNTRIES_FILE):
        shutil.copyfile(MODEL_DIR / name, tmp_path / name)
    return tmp_path


def test_the_weights_stay_small() -> None:
    assert sum(path.stat().st_size for path in MODEL_DIR.glob("*.safetensors")) <= LARGEST


def test_the_card_says_what_the_model_can() -> None:
    card = load_card(MODEL_DIR / CARD_FILE)
    assert set(card.languages) == LANGUAGES == set(card.by_language)
    assert 0.5 < card.threshold < 1
    assert card.figures.accuracy > 0.75
    assert card.figures.calibration_error < 0.03


def test_weights_of_another_training_are_refused(folder: Path) -> None:
    weights = load_weights(folder / WEIGHTS_FILE)
    weights.bias[0] += 1
    save_weights(weights, folder / WEIGHTS_FILE)
    with pytest.raises(ModelError, match="its card says"):
        load_topic_model(folder)


@pytest.mark.parametrize("name", [CARD_FILE, WEIGHTS_FILE])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        load_topic_model(folder)


@pytest.mark.parametrize("name", [CARD_FILE, WEIGHTS_FILE])
def test_a_damaged_file_is_named(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=name):
        load_topic_model(folder)


def test_damaged_country_weights_are_named(folder: Path) -> None:
    path = folder / COUNTRIES_FILE
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match=COUNTRIES_FILE):
        load_country_weights(path)
    path.unlink()
    with pytest.raises(ModelError, match=COUNTRIES_FILE):
        load_country_weights(path)


def test_a_card_of_another_format_is_refused(folder: Path) -> None:
    path = folder / CARD_FILE
    path.write_bytes(path.read_bytes().replace(b"khabar.topics.v1", b"khabar.topics.v0"))
    with pytest.raises(ModelError, match="v0"):
        load_card(path)


def test_files_are_written_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    save_weights(load_weights(folder / WEIGHTS_FILE), tmp_path / "again")
    save_country_weights(load_country_weights(folder / COUNTRIES_FILE), tmp_path / "countries")
    save_card(load_card(folder / CARD_FILE), tmp_path / "card")
    assert (tmp_path / "again").read_bytes() == (MODEL_DIR / WEIGHTS_FILE).read_bytes()
    assert (tmp_path / "countries").read_bytes() == (MODEL_DIR / COUNTRIES_FILE).read_bytes()
    assert (tmp_path / "card").read_bytes() == (MODEL_DIR / CARD_FILE).read_bytes()


def test_a_regional_code_counts_as_its_language() -> None:
    model = load_topic_model()
    assert model.knows("ar")
    assert model.knows("ar-EG")
    assert not model.knows("sw")
    assert not model.knows("und")


def test_the_best_guess_is_shifted_by_the_articles_language() -> None:
    model = load_topic_model()
    tokens = tokenise([story(*VISIT)] * 4)
    unknown, german, regional, english = model.told(tokens, ["und", "de", "de-AT", "en"]).max(axis=1).tolist()
    assert unknown == pytest.approx(float(model.model.probabilities(tokens).max()), abs=1e-6)
    assert german == regional
    assert set(model.card.shifts) == LANGUAGES
    for language, probability in (("de", german), ("en", english)):
        assert (probability > unknown) == (model.card.shifts[language] > 0)
