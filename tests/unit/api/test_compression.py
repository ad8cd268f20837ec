from __future__ import annotations

import pytest

from services.api.compression import compressible, preferred


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip, deflate, br", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("GZIP;Q=0.8", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, *", "zstd"),
        ("*;q=0", None),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=x", None),
        ("gzip;level=9", "gzip"),
        (",;,=", None),
        ("," * 2_000 + "gzip", None),
    ],
)
def test_the_coding_is_what_the_client_weighs_most(accepted: str, coding: str | None) -> None:
    assert preferred(accepted) == coding


def test_text_shrinks_and_streams_are_left_alone() -> None:
    for kind in ("application/json", "application/atom+xml", "application/feed+json", "text/html; charset=utf-8"):
        assert compressible(kind)
    for kind in ("text/event-stream", "image/png", ""):
        assert not compressible(kind)
