"""The n-grams that the model weighs, counted against a slow and obvious way to make them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.classifier.ngrams import BUCKET_BITS, Grams, extract
from services.classifier.tokens import LEAD_CHARS, Story, tokenise

words = st.lists(st.text("abcde", min_size=1, max_size=7), max_size=12)


def windows(text: list[str], sizes: range) -> int:
    padded = [f" {word} " for word in text]
    return sum(max(0, len(word) - size + 1) for word in padded for size in sizes)


def pairs(count: int) -> int:
    return max(0, count - 1)


@given(words, words)
def test_every_word_pair_and_window_is_there(title: list[str], text: list[str]) -> None:
    blocks = extract(tokenise([Story(" ".join(title), " ".join(text))]))
    everything = title + text
    assert len(blocks.body.bucket) == len(everything) + pairs(len(everything)) + windows(everything, range(4, 6))
    assert len(blocks.lead.bucket) == len(everything) + windows(everything, range(4, 6))
    across = 1 if title and text else 0  # the pair of the title's last word and the text's first
    assert len(blocks.title.bucket) == len(title) + pairs(len(title)) + across + windows(title, range(3, 6))


def test_the_lead_ends_where_it_should() -> None:
    inside = extract(tokenise([Story("", "a" * (LEAD_CHARS - 4) + " bb")]))
    beyond = extract(tokenise([Story("", "a" * LEAD_CHARS + " bb")]))
    assert len(inside.lead.bucket) == len(inside.body.bucket) - 1  # all but the pair
    assert len(beyond.lead.bucket) < len(beyond.body.bucket) - 1


def test_articles_of_a_batch_keep_their_own() -> None:
    def of(grams: Grams, article: int) -> list[int]:
        return sorted(grams.bucket[grams.article == article].tolist())

    first, second = Story("one title", "and its text"), Story("another", "text")
    together = extract(tokenise([first, second]))
    assert of(together.lead, 0) == of(extract(tokenise([first])).lead, 0)
    assert of(together.lead, 1) == of(extract(tokenise([second])).lead, 0)


def test_buckets_fit_their_bits() -> None:
    assert int(extract(tokenise([Story("many words", "of a longer text")])).body.bucket.max()) < 1 << BUCKET_BITS
