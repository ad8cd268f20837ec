"""Words are the same whatever the spelling habits, and whatever else is in the batch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.classifier.tokens import BODY_CHARS, LEAD, LEAD_CHARS, REST, TITLE, ZONE_BITS, Story, story, tokenise
from shared.text.match_key import fold, tokens

stories = st.builds(Story, st.text(max_size=40), st.text(max_size=200))


def hashes(text: str) -> list[int]:
    return list(map(int, tokenise([Story(text, "")]).words.hashes))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("السُّوريّة", "السورية"),
        ("إلى الأردن", "الي الاردن"),
        ("ﻻ", "لا"),
        ("Straße CAFÉ", "straße cafe"),
        ("٢٠٢٦", "2026"),
        ("12 a", "99 a"),
        ("Türkiye'nin", "Türkiye nin"),
    ],
)
def test_spelling_habits_give_the_same_words(one: str, other: str) -> None:
    assert hashes(one) == hashes(other)


def test_different_words_differ() -> None:
    assert len(set(hashes("سوريا روسيا syria russia ab ba a b abc"))) == 9


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_as_many_words_as_the_match_key_has(text: str) -> None:
    assert len(hashes(text)) == len(tokens(fold(text)))


@given(st.lists(stories, min_size=1, max_size=4))
def test_an_article_has_the_same_tokens_alone_and_in_a_batch(batch: list[Story]) -> None:
    together = tokenise(batch)
    for index, one in enumerate(batch):
        alone = tokenise([one])
        for many, single in (
            (together.words, alone.words),
            (together.pairs, alone.pairs),
            (together.triples, alone.triples),
        ):
            mine = many.places >> ZONE_BITS == index
            assert set(many.hashes[mine].tolist()) - {0} == set(single.hashes.tolist()) - {0}


def test_pairs_do_not_span_articles() -> None:
    tokens_ = tokenise([Story("", "one two"), Story("", "three four")])
    assert np.count_nonzero(tokens_.pairs.hashes) == 2
    assert np.count_nonzero(tokens_.triples.hashes) == 0


def test_zones_are_title_lead_and_rest() -> None:
    tokens_ = tokenise([Story("t", "a" * (LEAD_CHARS - 2) + " b c")])
    assert (tokens_.words.places & 3).tolist() == [TITLE, LEAD, LEAD, REST]


def test_a_text_that_begins_with_its_title_is_read_without_it() -> None:
    assert story("Title", "Title\nText") == Story("Title", "Text")
    assert story("", "Text") == Story("", "Text")


def test_only_the_beginning_of_a_text_is_read() -> None:
    assert len(story("", "x" * (BODY_CHARS + 1)).text) == BODY_CHARS


def test_no_articles_give_no_tokens() -> None:
    assert tokenise([]).articles == 0
