from __future__ import annotations

from services.api.frames import article_frame, heartbeat_frame, opening_frame, resumed_frame
from services.cache.cursor import Cursor
from services.cache.reading import Entry, Item
from shared.contracts import encode
from tests.articles import enriched

PLACE = Cursor("ab", 7, 1_790_000_000_000)


def test_a_text_with_every_kind_of_line_end_stays_one_data_line() -> None:
    article = enriched(title="a\nb\r\nc\rd\u2028e\u2029f\x0bg\x85h")
    frame = article_frame(Item(Entry(article.id, 1, PLACE, ()), encode(article)))
    lines = frame.decode().split("\n")
    assert len(lines) == 4
    assert lines[0] == f"id: {PLACE.encode()}"
    assert lines[1].startswith("data: {")
    assert "\r" not in frame.decode()


def test_every_frame_ends_with_a_blank_line() -> None:
    assert all(frame.endswith(b"\n\n") for frame in (heartbeat_frame(PLACE), opening_frame(3000), resumed_frame()))


def test_a_heartbeat_carries_the_cursor_and_no_data() -> None:
    assert heartbeat_frame(PLACE) == b": \nid: " + PLACE.encode().encode() + b"\n\n"
