"""Raw inputs that must be refused, made by damaging the sample articles in every way that producers have damaged JSON.

Nothing here may be accepted: what Khabar reads in spite of a fault (an escaped NUL, an unknown field) is left out.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import orjson

from deploy.samples import ARTICLES
from shared.outcomes import Reason

HEAVY_EVERY = 500
"""One input in so many is megabytes long: enough to meet them, too few to fill a disk."""
HEAVY_BYTES = 3_000_000  # below the 4 MiB that a record of articles.raw may have
READABLE_LEVELS = 1_000  # JSON nested so deep is read, and cannot be written again
UNREADABLE_LEVELS = 1_100  # from here it is not even read
DEEPEST_LEVELS = 100_000

_WRITABLE_LEVELS = 260
_LIMITS = {
    "source": 500,
    "url": 8000,
    "external_id": 2000,
    "published_at": 1000,
    "fetched_at": 100,
    "language": 100,
}
_STRINGS = ("source", "text", "html", "url", "external_id", "title", "author", "published_at", "fetched_at", "language")
_NO_STRINGS: tuple[object, ...] = (0, -17, 3.5, True, [], ["text"], {}, {"ar": "text"}, 10**19, 1e300)
_BLANKS = " \t\n\r\u00a0\u200b\u00ad\ufeff\u2060\u3000\x00"
_EMPTY_PAGES = (
    "",
    "<html></html>",
    "<!doctype html><html><head><meta charset='utf-8'></head><body></body></html>",
    "<body><script>window.location = '/';</script><noscript></noscript></body>",
    "<html><body><nav><ul><li></li></ul></nav><main><article><p> </p><p>&nbsp;</p></article></main></body></html>",
    "<html><body><!-- the article is rendered by a script --><div id='app'></div></body></html>",
    "<style>p { color: red }</style>",
)

_Record = dict[str, Any]
"""A raw article as JSON: the thing to be damaged, so no contract holds it."""


@dataclass(frozen=True, slots=True)
class MalformedInput:
    """One message for `articles.raw`, the kind of fault in it, and the reason that its dead letter must carry.

    With `Reason.NO_CONTENT` the message decodes, and the normalizer refuses it; all others fail at decoding.
    """

    value: bytes
    kind: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: str
    reason: Reason
    damage: Callable[[Random, _Record], bytes]


def malformed_inputs(count: int, seed: int) -> Iterator[MalformedInput]:
    """That many inputs, the same for the same seed on any machine; kinds take turns."""
    random = Random(seed)
    light, heavy = itertools.cycle(_LIGHT), itertools.cycle(_HEAVY)
    for number in range(1, count + 1):
        fault = next(heavy if number % HEAVY_EVERY == 0 else light)
        record = orjson.loads(random.choice(_sample_lines()))
        yield MalformedInput(fault.damage(random, record), fault.kind, fault.reason)


@cache
def _sample_lines() -> tuple[bytes, ...]:
    return tuple(ARTICLES.read_bytes().splitlines())


def _without_content(record: _Record) -> _Record:
    return {name: part for name, part in record.items() if name not in ("text", "html", "title")}


def _inside_text(record: _Record, raw: bytes) -> bytes:
    """The record with these bytes in the middle of its text, as no JSON writer would put them there."""
    mark = "the fault is here"
    return orjson.dumps({**record, "text": f"{record.get('title')}\n{mark}."}).replace(mark.encode(), raw)


def _truncated(random: Random, record: _Record) -> bytes:
    whole = orjson.dumps(record)
    return whole[: random.randrange(1, len(whole))]


def _flipped_bytes(random: Random, record: _Record) -> bytes:
    """0xC0, 0xC1 and 0xF5-0xFF occur nowhere in UTF-8, so no flip can give another valid record."""
    damaged = bytearray(orjson.dumps(record))
    for _ in range(random.randint(1, 5)):
        damaged[random.randrange(len(damaged))] = random.choice(b"\xc0\xc1\xf5\xf8\xfe\xff")
    return bytes(damaged)


def _lone_surrogate(random: Random, record: _Record) -> bytes:
    escaped = random.choice([rb"\ud800", rb"\udbff x", rb"\udc00", rb"\udfff", rb"\udc00\ud800", rb"\ud83d\u0041"])
    return _inside_text(record, escaped)


def _surrogate_in_a_name(_: Random, record: _Record) -> bytes:
    return orjson.dumps(record)[:-1] + rb', "\ud83d": 1}'


def _surrogates_as_utf_8(random: Random, record: _Record) -> bytes:
    return _inside_text(record, random.choice([b"\xed\xa0\xbd\xed\xb8\x80", b"\xed\xa0\x80", b"\xed\xbf\xbf"]))


def _raw_control_character(random: Random, record: _Record) -> bytes:
    return _inside_text(record, bytes([random.randrange(0x20)]))


def _raw_nul(_: Random, record: _Record) -> bytes:
    return _inside_text(record, b"\x00")


def _nul_after_the_record(_: Random, record: _Record) -> bytes:
    return orjson.dumps(record) + b"\x00"


def _bad_escape(random: Random, record: _Record) -> bytes:
    return _inside_text(record, random.choice([rb"\x41", rb"\u12", rb"\'", rb"\uD8ZZ", rb"\8", rb"\U0001F600"]))


def _two_records(_: Random, record: _Record) -> bytes:
    return orjson.dumps(record) * 2


def _nested_past_reading(random: Random, record: _Record) -> bytes:
    levels = random.choice([UNREADABLE_LEVELS, 2_000, 10_000, DEEPEST_LEVELS])
    return orjson.dumps(record)[:-1] + b', "deep": ' + _nested(random, levels) + b"}"


def _nested_past_writing(random: Random, record: _Record) -> bytes:
    levels = random.randint(_WRITABLE_LEVELS, READABLE_LEVELS)
    return orjson.dumps(record)[:-1] + b', "deep": ' + _nested(random, levels) + b"}"


def _nested(random: Random, levels: int) -> bytes:
    if random.random() < 0.5:
        return b"[" * levels + b"]" * levels
    return b'{"a":' * levels + b"1" + b"}" * levels


def _open_brackets(random: Random, _: _Record) -> bytes:
    return random.choice([b"[", b'{"a":']) * random.randint(1_000, DEEPEST_LEVELS)


def _infinite_number(random: Random, record: _Record) -> bytes:
    number = random.choice([b"1e999", b"-1e400", b"9" * 400, b"9" * 5_000, b"1" + b"0" * 310])
    return orjson.dumps(record)[:-1] + b', "views": ' + number + b"}"


def _no_json_value(random: Random, record: _Record) -> bytes:
    value = random.choice(
        [b"NaN", b"Infinity", b"-Infinity", b"None", b"True", b"undefined", b"'x'", b"01", b".5", b""]
    )
    return orjson.dumps(record)[:-1] + b', "score": ' + value + b"}"


def _not_quite_json(random: Random, record: _Record) -> bytes:
    whole = orjson.dumps(record)
    return random.choice(
        [
            whole[:-1] + b",}",
            b"// a comment\n" + whole,
            b"callback(" + whole + b")",
            b"data: " + whole,
            whole.replace(b'"source"', b"source", 1),
            whole.replace(b'"source":', b'"source"', 1),
            str(record).encode(),
            whole + b"]",
        ]
    )


def _no_json_at_all(random: Random, record: _Record) -> bytes:
    written = record.get("text") or record["html"]
    return random.choice(
        [
            f"{record['source']}: {written}",
            f"<?xml version='1.0'?><rss><channel><item><title>{record.get('title')}</title></item></channel></rss>",
            f"source,title\n{record['source']},{record.get('title')}\n",
            f"source: {record['source']}\ntext: |\n  {written}\n",
        ]
    ).encode()


def _byte_order_mark(_: Random, record: _Record) -> bytes:
    return b"\xef\xbb\xbf" + orjson.dumps(record)


def _utf_16(random: Random, record: _Record) -> bytes:
    return orjson.dumps(record).decode().encode(random.choice(["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]))


def _old_code_page(random: Random, record: _Record) -> bytes:
    """The last letter of each name is a single high byte before a full stop, which UTF-8 never has."""
    author, page = random.choice(
        [("José.", "latin-1"), ("ليلى العلي.", "cp1256"), ("Мария.", "cp1251"), ("Gökçe Oğuzcanlı.", "cp1254")]
    )
    named = {**record, "author": author}
    return orjson.dumps(named).decode().encode(page, "replace")


def _gzip(_: Random, record: _Record) -> bytes:
    """One stored block, written by hand, so that no version of zlib changes the bytes."""
    whole = orjson.dumps(record)
    size = len(whole).to_bytes(2, "little")
    stored = b"\x01" + size + bytes(0xFF - byte for byte in size) + whole
    ends = zlib.crc32(whole).to_bytes(4, "little") + len(whole).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + stored + ends


def _junk(random: Random, _: _Record) -> bytes:
    return b"\xff" + random.randbytes(random.randint(1, 4_096))


def _empty(_: Random, __: _Record) -> bytes:
    return b""


def _white_space(random: Random, _: _Record) -> bytes:
    return "".join(random.choices(" \t\r\n\u00a0\u3000\ufeff", k=random.randint(1, 64))).encode()


def _array(random: Random, record: _Record) -> bytes:
    return orjson.dumps(random.choice([[], [record], [record, record], [[record]], list(record.items())]))


def _scalar(random: Random, record: _Record) -> bytes:
    return orjson.dumps(random.choice([None, True, False, 0, -1.5, 2**63, "", record["source"]]))


def _record_in_a_string(_: Random, record: _Record) -> bytes:
    return orjson.dumps(orjson.dumps(record).decode())


def _megabytes_of_junk(random: Random, _: _Record) -> bytes:
    return b"\xff" + random.randbytes(HEAVY_BYTES - 1)


def _megabytes_in_a_wrong_field(_: Random, record: _Record) -> bytes:
    return orjson.dumps({**record, "url": "https://long.example/" + "a" * HEAVY_BYTES})


def _megabytes_without_an_end(_: Random, record: _Record) -> bytes:
    return orjson.dumps({**record, "text": "خبر " * (HEAVY_BYTES // 7)})[:-2]


def _megabytes_of_blanks(_: Random, record: _Record) -> bytes:
    return orjson.dumps({**_without_content(record), "text": " \u200b" * (HEAVY_BYTES // 4)})


def _source_missing(random: Random, record: _Record) -> bytes:
    rest = {name: part for name, part in record.items() if name != "source"}
    return orjson.dumps(random.choice([rest, {**rest, "source": None}, {**rest, "Source": record["source"]}, {}]))


def _source_blank(random: Random, record: _Record) -> bytes:
    return orjson.dumps({**record, "source": random.choice(["", " ", "\t\n", "\u00a0", "\u3000 "])})


def _content_missing(random: Random, record: _Record) -> bytes:
    rest = {name: part for name, part in record.items() if name not in ("text", "html")}
    null = {"text": None, "html": None}
    return orjson.dumps({**rest, **random.choice([{}, null, {"body": "the text under a name that is not known"}])})


def _no_string(random: Random, record: _Record) -> bytes:
    return orjson.dumps({**record, random.choice(_STRINGS): random.choice(_NO_STRINGS)})


def _wrong_tags(random: Random, record: _Record) -> bytes:
    wrong = ["سياسة", 7, {}, ["سياسة", 7], [None], [["nested"]], [{"name": "سياسة"}], ["a"] * 99 + [True], 1.5, False]
    return orjson.dumps({**record, "tags": random.choice(wrong)})


def _wrong_metadata(random: Random, record: _Record) -> bytes:
    wrong = [[], "a=b", 7, {"views": 7}, {"a": None}, {"a": {"b": "c"}}, {"a": ["b"]}, {"": True}]
    return orjson.dumps({**record, "metadata": random.choice(wrong)})


def _wrong_extra(random: Random, record: _Record) -> bytes:
    return orjson.dumps({**record, "extra": random.choice([[], ["a"], "a", 7, True])})


def _too_long(random: Random, record: _Record) -> bytes:
    name = random.choice(list(_LIMITS))
    return orjson.dumps({**record, name: "خ" * (_LIMITS[name] + random.choice([1, 2, 1_000]))})


def _last_of_two_keys_is_wrong(random: Random, record: _Record) -> bytes:
    """Of a name given twice the last counts."""
    return orjson.dumps(record)[:-1] + random.choice(
        [b', "source": 5}', b', "source": null}', b', "tags": {}, "tags": 1}']
    )


def _blank_text(random: Random, record: _Record) -> bytes:
    blank = "".join(random.choices(_BLANKS, k=random.randint(0, 200)))
    return orjson.dumps({**_without_content(record), "text": blank})


def _empty_page(random: Random, record: _Record) -> bytes:
    return orjson.dumps({**_without_content(record), "html": random.choice(_EMPTY_PAGES)})


_LIGHT = tuple(
    _Fault(damage.__name__.strip("_"), reason, damage)
    for reason, damages in {
        Reason.INVALID_JSON: (
            _truncated,
            _flipped_bytes,
            _lone_surrogate,
            _surrogate_in_a_name,
            _surrogates_as_utf_8,
            _raw_control_character,
            _raw_nul,
            _nul_after_the_record,
            _bad_escape,
            _two_records,
            _nested_past_reading,
            _open_brackets,
            _infinite_number,
            _no_json_value,
            _not_quite_json,
            _no_json_at_all,
            _byte_order_mark,
            _utf_16,
            _old_code_page,
            _gzip,
            _junk,
            _empty,
            _white_space,
            _array,
            _scalar,
            _record_in_a_string,
        ),
        Reason.INVALID_ARTICLE: (
            _nested_past_writing,
            _source_missing,
            _source_blank,
            _content_missing,
            _no_string,
            _wrong_tags,
            _wrong_metadata,
            _wrong_extra,
            _too_long,
            _last_of_two_keys_is_wrong,
        ),
        Reason.NO_CONTENT: (_blank_text, _empty_page),
    }.items()
    for damage in damages
)
_HEAVY = (
    _Fault("megabytes_of_junk", Reason.INVALID_JSON, _megabytes_of_junk),
    _Fault("megabytes_in_a_wrong_field", Reason.INVALID_ARTICLE, _megabytes_in_a_wrong_field),
    _Fault("megabytes_without_an_end", Reason.INVALID_JSON, _megabytes_without_an_end),
    _Fault("megabytes_of_blanks", Reason.NO_CONTENT, _megabytes_of_blanks),
)

KINDS = frozenset(fault.kind for fault in _LIGHT + _HEAVY)
"""The names of all kinds of fault."""
