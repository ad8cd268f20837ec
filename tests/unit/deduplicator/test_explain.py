"""An explanation names every candidate, what is shared, and the verdict in a sentence that anybody understands."""

from __future__ import annotations

import pytest

from services.deduplicator.decide import decide
from services.deduplicator.explain import THRESHOLDS, explain, sentence
from services.deduplicator.memory_index import MemoryIndex
from services.deduplicator.verdict import Ground, Method, Verdict
from tests.unit.deduplicator.samples import NOW, entry, prose, span


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            Verdict("copy", 951, 910, Method.PASSAGES, Ground.BOTH_COVERED),
            "91 % of A is in passages shared with B, and 95 % of B: a copy.",
        ),
        (
            Verdict("excerpt", 480, 910, Method.PASSAGES, Ground.ONE_COVERED),
            "91 % of A is in passages shared with B, only 48 % of B: A is an excerpt of B.",
        ),
        (
            Verdict("extension", 910, 480, Method.PASSAGES, Ground.ONE_COVERED),
            "91 % of B is in passages shared with A, only 48 % of A: A extends B.",
        ),
        (Verdict("copy", 1000, 1000, Method.SAME_TEXT, Ground.SAME_TEXT), "The text of A is that of B: a copy."),
        (
            Verdict(None, 870, 880, Method.PASSAGES, Ground.NUMBERS),
            "88 % of A is in passages shared with B, 87 % of B; "
            "neither, for half of the numbers or more differ on both sides.",
        ),
    ],
)
def test_sentences(verdict: Verdict, said: str) -> None:
    assert sentence(verdict, "A", "B") == said


async def test_every_candidate_is_explained() -> None:
    index = MemoryIndex(clock=lambda: NOW)
    text = prose(1, 200)
    stored = [
        entry("a", text, 0),
        entry("b", text + " copy", 1),
        entry("c", " ".join([*text.split()[:60], prose(2, 150)]), 2),
        entry("d", prose(3), 3),
        entry("me", text + " mine", 4),
    ]
    await decide(index, span(-1, 4), stored)
    explanation = await explain(index, entry("me", text + " mine again", 5))
    assert explanation.decided is None
    assert explanation.words == 202
    assert explanation.window_days == 3
    assert explanation.thresholds == THRESHOLDS
    by_id = {one.id: one for one in explanation.candidates}
    a, b, c, me = (by_id[stored[place].id.hex()] for place in (0, 1, 2, 4))
    assert stored[3].id.hex() not in by_id
    assert (a.relation, b.relation, c.relation) == ("copy", "copy", None)
    assert a.shared_keys >= 15
    assert a.group == b.group == stored[0].id.hex()
    assert a.sentence.endswith("of the other: a copy.")
    assert c.sentence.endswith("too little of either is in passages that both share.")
    assert me.sentence == "Not counted: another version of the article itself."


async def test_what_does_not_count_is_said() -> None:
    index = MemoryIndex(clock=lambda: NOW)
    original, copy = entry("a", prose(1), 0), entry("b", prose(1), 1)
    await decide(index, span(-1, 1), [original, copy])
    explanation = await explain(index, entry("a", prose(1) + " corrected", 2))
    decided = (await explain(index, copy)).decided
    assert decided is not None
    assert decided.match is not None
    assert decided.match.of == original.id
    said = {one.id: one.sentence for one in explanation.candidates}
    assert said[copy.id.hex()] == "Not counted: it was made from this article, or from a copy of it."
