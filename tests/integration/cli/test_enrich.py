"""`khabar enrich` as a filter: no servers, JSON lines in and out."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import msgspec
import orjson

from shared.contracts import DeadLetter, EnrichedArticle


def _enrich(*arguments: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "services.cli.app", "enrich", *arguments]
    return subprocess.run(command, input=given, capture_output=True, timeout=120)


STORY = (
    "أعلنت وزارة المياه اليوم بدء العمل في مشروع جديد لتحلية مياه البحر في المدينة، "
    "وقال الوزير إن المشروع يكفي مليون نسمة."
)


def test_each_line_comes_out_enriched_or_refused_with_its_number(tmp_path: Path) -> None:
    article = {"source": "a", "url": "https://a.example/1", "title": "مشروع لتحلية المياه", "text": STORY}
    lines = [orjson.dumps(article), b"no json", orjson.dumps(article), orjson.dumps({"source": "a", "text": " "})]
    rejects = tmp_path / "rejects.jsonl"

    done = _enrich("-", "--rejects", str(rejects), given=b"\n".join(lines))

    assert done.returncode == 1
    (out,) = done.stdout.splitlines()
    enriched = msgspec.convert(orjson.loads(out), EnrichedArticle)
    assert enriched.language.code == "ar"
    assert enriched.revision.number == 1
    letters = [msgspec.convert(orjson.loads(line), DeadLetter) for line in rejects.read_bytes().splitlines()]
    assert [(letter.offset, letter.reason) for letter in letters] == [(2, "invalid_json"), (4, "no_content")]
    assert base64.b64decode(letters[0].value) == b"no json"
    assert b"1 enriched, 1 unchanged, 2 refused" in done.stderr


def test_nothing_in_nothing_out() -> None:
    done = _enrich("-", given=b"")

    assert (done.returncode, done.stdout) == (0, b"")
