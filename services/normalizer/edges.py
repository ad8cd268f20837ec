"""The lines at the edges of an article that no pattern can name: sections and tags below it, bylines around it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from services.normalizer.dates import read_date
from services.normalizer.lines import Line
from services.normalizer.media import known_medium
from services.normalizer.own_name import is_own_name
from services.normalizer.patterns import DATA
from shared.text.match_key import fold

LONGEST_LABEL = 32
"""Characters of the longest section or tag that is told by its form alone."""
LONGEST_UNSPACED_LABEL = 8
"""The same in scripts that do not set words apart."""
MOST_LABEL_WORDS = 4
LEAST_LABELS = 2
"""Labels that must stand together below a story: one short line alone may be its last word."""
MOST_LABELS = 15
LEAST_OWN_LETTERS = 4
LONGEST_BYLINE = 60
LONGEST_NAME = 40
PARAGRAPH = 100
"""Characters from which a line is taken for a paragraph of the story."""

# A colon opens a list, whose items are the story.
_SENTENCE_END = re.compile(r"[.!?؟。।۔！？…»\"”)」]\s*$")
_LIST = re.compile(r":\s*$")
_LABEL = re.compile(r"[^\W\d_][^\d.!?؟:;؛،,«»\"“”()\[\]…。।۔！？、，：；「」【】]*")
# Chinese, Japanese, Thai: where words are not set apart, so many letters are a sentence already.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_CAPITAL = "[A-ZÀ-ÞŁŚŻĆА-ЯЁІЇЄҐΑ-ΩΆΈΉΊΌΎΏ]"
_NAME = re.compile(rf"{_CAPITAL}[\w'’.\-]+(?: {_CAPITAL}[\w'’.\-]+){{1,3}}")
_WORDS = r"[^\W\d]+(?:[ .]{1,2}[^\W\d]+)"
_LONGER_WORD = re.compile(r"[^\W\d_]{4,}")
_DASHED_BYLINE = re.compile(
    rf"(?:next previous )?(?P<left>{_WORDS}{{0,3}}\.?)"
    rf"(?:(?: [\-–—:/|]{{1,2}} ?|[\-–—:/|]{{1,2}} )[«\"“]?(?P<right>{_WORDS}{{0,2}}\.?)[»\"”]?| \({_WORDS}{{0,2}}\))"
)


def _words_of(name: str) -> frozenset[str]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return frozenset(fold(line.strip()) for line in lines if line and not line.startswith("#"))


SECTION_NAMES = _words_of("section_names.txt")
NAVIGATION_WORDS = _words_of("navigation_words.txt")


def labels_below(lines: Sequence[Line], end: int, known: Collection[str]) -> int:
    """How many of the last lines before `end` are sections or tags; `known` are keys of tags that are known."""
    count = 0
    named = 0
    while count < min(MOST_LABELS, end - 1) and _is_label(line := lines[end - 1 - count]):
        named += line.key in SECTION_NAMES or line.key in known
        count += 1
    if not count or not _ends_story(lines[end - 1 - count]):
        return 0
    return count if count >= LEAST_LABELS or named == count else 0


def sections_above(lines: Sequence[Line], start: int) -> int:
    """How many lines from `start` on are names of sections."""
    end = start
    while end < len(lines) - 1 and lines[end].key in SECTION_NAMES:
        end += 1
    return end - start


def _is_label(line: Line) -> bool:
    return (
        len(line.text) <= (LONGEST_UNSPACED_LABEL if _UNSPACED.search(line.text) else LONGEST_LABEL)
        and line.text.count(" ") < MOST_LABEL_WORDS
        and _LABEL.fullmatch(line.text) is not None
    )


def _ends_story(line: Line) -> bool:
    return not _LIST.search(line.text) and (len(line.text) >= PARAGRAPH or bool(_SENTENCE_END.search(line.text)))


def is_name_below(lines: Sequence[Line], end: int) -> bool:
    """Whether the last line before `end` is a name alone below a story: its author's."""
    if end < 2:
        return False
    line, before = lines[end - 1], lines[end - 2]
    return len(line.text) <= LONGEST_NAME and _NAME.fullmatch(line.text) is not None and _ends_story(before)


_SIGNED = re.compile(
    rf"(?:By|BY|Par|Por|Von|di|door|Door|av|Av|Af|przez|Oleh|Από|Του|Της):? {_NAME.pattern}"
    r"(?: ?[,|/–—-] ?[^.!?:]{2,40})?"
)


def is_signed(line: Line) -> bool:
    """Whether the line is `by` and a name, and perhaps a place: `Von Erika Beispiel`."""
    return len(line.text) <= LONGEST_BYLINE and _SIGNED.fullmatch(line.text) is not None


def is_name_above(line: Line, following: Line | None) -> bool:
    """Whether the line is a name alone above a paragraph."""
    if following is None or len(following.text) < PARAGRAPH:
        return False
    return len(line.text) <= LONGEST_NAME and _NAME.fullmatch(line.text) is not None


def is_dashed_byline(line: Line, following: Line | None) -> bool:
    """Whether the line is a dateline alone, `who – where` or `outlet – where`, above a paragraph."""
    if following is None or len(line.text) > LONGEST_BYLINE or len(following.text) < PARAGRAPH:
        return False
    # Where there are capitals, names have them: two halves of a subheading have not.
    return _DASHED_BYLINE.fullmatch(line.key) is not None and not any(map(str.islower, _LONGER_WORD.findall(line.text)))


_INITIALS_ALONE = re.compile(r"[(\[]?[^\W\d_]{2,4}(?:/[^\W\d_]{2,4})?[)\]]?")


def is_initials_below(lines: Sequence[Line], end: int) -> bool:
    """Whether the last line before `end` is capitals alone below a story: initials, or an agency's sign."""
    if end < 2:
        return False
    text = lines[end - 1].text
    return text.isupper() and _INITIALS_ALONE.fullmatch(text) is not None and _ends_story(lines[end - 2])


LONGEST_OWN_NAME = 40
_NOT_WORD = re.compile(r"\W|_")
_ARTICLE = re.compile(r"^the ")
# What a paper calls itself beside its name; folded.
_OWN_NOUN = re.compile(r"^(?:جريده|صحيفه|موقع|وكاله|قناه|شبكه) | (?:نت|نيوز|اونلاين|برس|الاخباريه)$")


def is_own_name_alone(line: Line, source: str) -> bool:
    """Whether the line is the name of the source itself, and nothing else."""
    if not source or len(line.text) > LONGEST_OWN_NAME:
        return False
    name = _NOT_WORD.sub("", _ARTICLE.sub("", line.key))
    if len(name) < LEAST_OWN_LETTERS:
        return False
    bare = _OWN_NOUN.sub("", line.key)
    return is_own_name(bare, source) or name in _NOT_WORD.sub("", fold(source))


_DATED = re.compile(r"(?<!\d)(?:1[34]|19|20|25)\d\d(?!\d)")
_DIGIT = re.compile(r"\d")
MOST_NAME_WORDS = 4
# A date is told from other text by its form; what day it is does not matter here.
_ANY_DAY = datetime(2020, 1, 1, tzinfo=UTC)


def is_date_alone(line: Line) -> bool:
    """Whether the line is a date to the day, with nothing else but a name before it."""
    if len(line.text) > LONGEST_BYLINE or not _DATED.search(line.key):
        return False
    return any(map(_is_day, _without_name(line.text)))


def _without_name(text: str) -> Iterator[str]:
    """The text, and what is left of it without a name of up to four words, which may be glued to the date."""
    yield text
    words = text.split(" ")
    for count in range(1, min(MOST_NAME_WORDS, len(words) - 1) + 1):
        if not words[count - 1][:1].isupper():
            break
        yield " ".join(words[count:])
    digit = _DIGIT.search(text)
    if digit and text[digit.start() - 1].isalpha():
        yield text[digit.start() :]


def _is_day(text: str) -> bool:
    readings = (read_date(text, language=language, now=_ANY_DAY) for language in (None, "fr"))
    return any(reading is not None and reading.precision not in {"year", "month"} for reading in readings)


LONGEST_MEDIA_LINE = 40
_PARTS = re.compile(r"\s*[/|,;–—]\s*|\s-\s|\sи\s|\sand\s|\sy\s|\set\s|\se\s|\sund\s")
_INITIALS = re.compile(r"[^\W\d_]{1,5}(?:\.[^\W\d_]{1,3}\.?)?\.?")
_BRACKETS = re.compile(r"^[\s(\[*•\-–—]+|[\s)\].]+$")


def is_media_alone(line: Line) -> bool:
    """Whether the line is nothing but names of known media, and initials beside them: `(afp/xyz)`."""
    if len(line.text) > LONGEST_MEDIA_LINE:
        return False
    parts = [part for part in _PARTS.split(_BRACKETS.sub("", line.text)) if part]
    known = [part for part in parts if known_medium(part) is not None]
    return bool(known) and all(part in known or _INITIALS.fullmatch(part) for part in parts)
