from __future__ import annotations

from services.api.feeds.kept import Kept


def test_what_was_written_is_not_written_again_until_others_have_taken_its_place() -> None:
    kept, written = Kept(most_bytes=8), list[str]()

    def ask(name: str, size: int = 4) -> bytes:
        def write() -> bytes:
            written.append(name)
            return name.encode() * size

        return kept.get(name, write)

    assert [ask("a"), ask("b"), ask("a")] == [b"aaaa", b"bbbb", b"aaaa"]
    assert written == ["a", "b"]
    ask("c")  # in the place of b, the longest unused
    ask("a")
    assert written == ["a", "b", "c"]
    ask("b")
    assert written == ["a", "b", "c", "b"]


def test_what_is_larger_than_all_that_may_be_kept_is_not_kept() -> None:
    kept = Kept(most_bytes=3)
    assert kept.get("x", lambda: b"xxxx") == b"xxxx"
    assert kept.get("x", lambda: b"y") == b"y"
    assert kept.get("x", lambda: b"z") == b"y"
