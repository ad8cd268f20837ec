"""What an article brings to the index: its day, its reference, and hashes that name what changed."""

from __future__ import annotations

import pytest

from services.deduplicator.entry import FIELDS, days_apart, event_day, field_hashes, ref_of
from shared.contracts import DateMethod, Precision, Published
from tests.unit.deduplicator.samples import classified, entry, prose


def published(at: str, precision: Precision = "day", method: DateMethod = "producer") -> Published:
    return Published(at=at, precision=precision, method=method)


def test_the_day_is_that_of_publication() -> None:
    first = event_day(published("2026-01-28T23:59:59Z", "second"), "2026-03-01T00:00:00Z")
    assert event_day(published("2026-01-29T00:00:00Z", "second"), "2026-03-01T00:00:00Z") == first + 1


@pytest.mark.parametrize("precision", ["month", "year"])
def test_the_day_is_that_of_the_fetch_where_only_the_month_is_known(precision: Precision) -> None:
    fetched = event_day(published("2026-01-28T00:00:00Z"), "")
    assert event_day(published("2026-01-01T00:00:00Z", precision), "2026-01-28T10:00:00Z") == fetched


@pytest.mark.parametrize("apart", [0, 1, 3, 14, 100])
@pytest.mark.parametrize("day", [1, 255, 256, 739_000])
def test_references_tell_how_far_apart_days_are(day: int, apart: int) -> None:
    ref = ref_of(bytes(16), bytes(8), day)
    assert len(ref) == 8
    assert days_apart(ref, day + apart) == days_apart(ref, day - apart) == apart


def test_references_differ_by_article_and_revision() -> None:
    refs = {ref_of(bytes([a]) * 16, bytes([b]) * 8, 1) for a in range(20) for b in range(20)}
    assert len(refs) == 400


def test_every_field_has_its_own_hash() -> None:
    before = classified("a", prose(1))
    after = classified("a", prose(1), author="R. Writer", tags=["x"], title="Another")
    pairs = zip(FIELDS, _split(field_hashes(before)), _split(field_hashes(after)), strict=True)
    assert [name for name, one, other in pairs if one != other] == ["title", "author", "tags"]


def test_a_later_fetch_is_no_change() -> None:
    def fetched_at(when: str) -> bytes:
        return entry("a", prose(1), published=published(when, "second", "fetched"), fetched_at=when).fields

    assert fetched_at("2026-01-28T10:00:00Z") == fetched_at("2026-01-29T10:00:00Z")


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[place : place + 4] for place in range(0, len(hashes), 4)]
