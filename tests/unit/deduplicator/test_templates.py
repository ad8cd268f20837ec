"""Serial items, filled in anew each day from one template, are no copies of each other; the same item edited is one."""

from __future__ import annotations

import pytest

from services.deduplicator.fingerprint import fingerprint
from services.deduplicator.memory_index import MemoryIndex
from services.deduplicator.stage import Deduplicator
from services.deduplicator.verdict import judge
from shared.contracts import ClassifiedArticle
from shared.outcomes import Publish
from tests.unit.deduplicator.samples import NOW, classified, received, span
from tests.unit.deduplicator.serial_items import SERIAL_ITEMS, Article


def edited(item: Article) -> Article:
    """Another headline, a line before the first, and a word of the text less."""
    title, text = item
    words = text.split()
    if len(words) < 20:  # written without spaces
        return f"最新：{title}", f"本报讯：{text[:30]}{text[32:]}"
    return f"Now: {title}", " ".join(["Update:", *words[:10], *words[11:]])


@pytest.mark.parametrize("kind", SERIAL_ITEMS)
def test_filled_in_anew_it_is_no_copy(kind: str) -> None:
    one, other = SERIAL_ITEMS[kind]
    assert judge(fingerprint(*one).sketch, fingerprint(*other).sketch).relation is None


@pytest.mark.parametrize("kind", SERIAL_ITEMS)
def test_edited_lightly_it_is_a_copy(kind: str) -> None:
    one, _ = SERIAL_ITEMS[kind]
    assert judge(fingerprint(*one).sketch, fingerprint(*edited(one)).sketch).relation == "copy"


async def test_each_copy_goes_to_its_own_item() -> None:
    items = [item for pair in SERIAL_ITEMS.values() for item in pair]
    articles = [_article(f"item-{place}", item) for place, item in enumerate(items)]
    articles += [_article(f"copy-{place}", edited(item)) for place, item in enumerate(items)]
    batch = [received(article, offset) for offset, article in enumerate(articles)]
    stage = Deduplicator(MemoryIndex(clock=lambda: NOW))
    events = [
        outcome.article
        for outcome in await stage.process(batch, span(-1, len(batch) - 1))
        if isinstance(outcome, Publish)
    ]
    first, copies = events[: len(items)], events[len(items) :]
    assert [event.duplicate for event in first] == [None] * len(items)
    assert [event.duplicate and event.duplicate.of for event in copies] == [event.id for event in first]


def _article(name: str, item: Article) -> ClassifiedArticle:
    title, text = item
    return classified(name, text, title=title)
