"""Which countries an article is about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from babel import Locale

from services.classifier.countries.build import build
from services.classifier.countries.evidence import FEATURES, Origin, gather
from services.classifier.countries.finder import CountryFinder, load_country_finder
from services.classifier.countries.forms import demonym_forms, name_forms
from services.classifier.countries.gazetteer import Gazetteer, Kind, load_gazetteer, save_gazetteer
from services.classifier.countries.home import domain_home, language_home
from services.classifier.countries.mentions import find_mentions
from services.classifier.reading import read
from services.classifier.tokens import TITLE, Story, tokenise
from tests.unit.classifier.samples import MATCH, VISIT, article

NOWHERE = Origin(None, "example", "en")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture(scope="module")
def finder() -> CountryFinder:
    return load_country_finder()


def mentioned(text: str, gazetteer: Gazetteer) -> list[str]:
    found = find_mentions(tokenise([Story("", text)]), gazetteer)
    return [gazetteer.codes[country] for country in found.countries.tolist()]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("زار السعودية", ["SA"]),
        ("وفي للسعودية وبالسعودية", ["SA", "SA"]),
        ("الولايات المتحدة الأمريكية", ["US"]),
        ("القوات السورية والجيش السوري والسوريون", ["SY", "SY", "SY"]),
        ("العاصمة الروسية موسكو", ["RU", "RU"]),
        ("في جنوب السودان", ["SS"]),
        ("the South Sudanese capital Juba", ["SS", "SS"]),
        ("in Papua New Guinea", ["PG"]),
        ("New Mexico", ["US"]),
        ("в России и на Украине", ["RU", "UA"]),
        ("российские войска", ["RU"]),
        ("Türkiye'nin başkenti Ankara", ["TR", "TR"]),
        ("les Français et les Allemands", ["FR", "DE"]),
        ("die deutsche Regierung", ["DE"]),
        ("دولت ایران و آمریکا", ["IR", "US"]),
        ("no place at all", []),
        ("مباراة مثيرة", []),
    ],
)
def test_names_demonyms_and_places_are_found_in_their_forms(text: str, codes: list[str], gazetteer: Gazetteer) -> None:
    assert mentioned(text, gazetteer) == codes


@pytest.mark.parametrize(
    "text",
    ["ضفاف نهر الأردن", "Michael Jordan", "بعد صلاة المغرب", "Georgia Tech", "the Indian Ocean", "اليد اليمنى"],
)
def test_a_name_inside_another_name_is_no_mention(text: str, gazetteer: Gazetteer) -> None:
    assert mentioned(text, gazetteer) == []


def test_mentions_know_where_they_are(gazetteer: Gazetteer) -> None:
    found = find_mentions(tokenise([Story("nothing", "nothing"), Story("Syria", "")]), gazetteer)
    assert (found.articles.tolist(), found.zones.tolist(), found.kinds.tolist()) == ([1], [TITLE], [Kind.NAME])


def test_every_code_is_a_country_of_iso_3166(gazetteer: Gazetteer) -> None:
    territories = Locale("en").territories
    assert all(code == "--" or code in territories for code in gazetteer.codes)


def test_the_gazetteer_is_the_one_that_its_sources_give(gazetteer: Gazetteer) -> None:
    built = build()
    assert built.codes == gazetteer.codes
    assert np.array_equal(built.entries.hashes, gazetteer.entries.hashes), (
        "run `python -m services.classifier.countries.build`"
    )
    assert np.array_equal(built.entries.countries, gazetteer.entries.countries)
    assert np.array_equal(built.entries.kinds, gazetteer.entries.kinds)


def test_arabic_clitics_join_the_article() -> None:
    forms = set(name_forms("السعوديه"))
    assert {"السعوديه", "والسعوديه", "بالسعوديه", "للسعوديه", "وللسعوديه"} <= forms


def test_arabic_demonyms_take_article_and_endings() -> None:
    assert {"سوري", "السوري", "السوريه", "سوريون", "للسوريين", "وبالسوريه"} <= set(demonym_forms("سوري"))


@pytest.mark.parametrize(
    ("url", "source", "home"),
    [
        ("https://news.example.it/a", "x", "IT"),
        ("https://www.example.co.uk/a", "x", "GB"),
        ("https://example.com/a", "www.example.ir", None),
        (None, "www.example.ir", "IR"),
        (None, "alwatan", None),
        ("http://[bad", "www.example.ua", "UA"),
        ("https://example.tv/", "x", None),
        ("HTTPS://user@Example.FR:8080?q=/", "x", "FR"),
        ("https://example.de./#top", "x", "DE"),
        ("https://10.0.0.1/a", "x", None),
        (None, ".ir", None),
        (None, "", None),
    ],
)
def test_an_outlets_home_by_its_address(url: str | None, source: str, home: str | None) -> None:
    assert domain_home(url, source) == home


def test_a_language_of_many_countries_has_no_home() -> None:
    assert (language_home("ar"), language_home("it")) == (None, "IT")


def test_the_story_comes_before_the_outlets_home(finder: CountryFinder) -> None:
    batch = read([article(*VISIT, url="https://www.example.it/a")])
    codes = [country.code for country in finder.find(batch)[0]]
    assert "IT" not in codes
    assert {"SY", "RU"} <= set(codes)


def test_no_place_no_country(finder: CountryFinder) -> None:
    assert finder.find(read([article(*MATCH, language="en")])) == [[]]
    assert finder.find(read([article("", "")])) == [[]]
    assert finder.find(read([])) == []


def test_countries_are_ordered_by_score_and_counted(finder: CountryFinder) -> None:
    (found,) = finder.find(read([article(*VISIT)]))
    assert [country.score for country in found] == sorted((country.score for country in found), reverse=True)
    (twice,) = finder.find(read([article("Japan", "Officials in Tokyo said so.", language="en")]))
    assert [(country.code, country.mentions) for country in twice] == [("JP", 2)]


def test_evidence_has_one_row_for_each_candidate(gazetteer: Gazetteer) -> None:
    tokens = tokenise([Story("Syria", "Syria and Russia"), Story("", "nothing")])
    learnt = np.full((2, len(gazetteer.codes)), np.nan, np.float32)
    found = gather(find_mentions(tokens, gazetteer), learnt, [NOWHERE, Origin(None, "a.fr", "fr")], gazetteer)
    assert found.features.shape == (3, len(FEATURES))
    assert np.isfinite(found.features).all()
    codes = [gazetteer.codes[country] for country in found.countries.tolist()]
    rows = list(zip(found.articles.tolist(), codes, found.mentions.tolist(), strict=True))
    assert rows == [(0, "RU", 1), (0, "SY", 2), (1, "FR", 0)]


def test_a_gazetteer_survives_its_file(gazetteer: Gazetteer, tmp_path: Path) -> None:
    path = tmp_path / "g.safetensors"
    save_gazetteer(gazetteer, path)
    again = load_gazetteer(path)
    assert again.codes == gazetteer.codes
    assert np.array_equal(again.entries.hashes, gazetteer.entries.hashes)
