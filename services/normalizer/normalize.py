"""A raw article to a clean, dated, attributed one: the order of the steps, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.normalizer import language as languages
from services.normalizer.attribution import Credited, Places, credits_of
from services.normalizer.dates import read_date
from services.normalizer.line_rules import without_notices
from services.normalizer.lines import Line, line_key, read_lines
from services.normalizer.mojibake import repaired
from services.normalizer.not_story import Parted, Taken, part
from services.normalizer.page import Page, read_page
from services.normalizer.published import DateEvidence, as_published, is_believable, published
from services.normalizer.repeats import apart
from shared.clock import rfc3339
from shared.contracts import Attribution, NormalizedArticle, Pipeline, Published, RawArticle, Removed
from shared.identity import article_id, revision_hash
from shared.outcomes import PoisonError, Reason
from shared.text.display import display_line
from shared.text.match_key import fold
from shared.text.urls import canonical_url

LONGEST_HEADLINE = 160
"""Characters of the longest first line that stands in for a title that the producer did not give."""
DATE_LINES = 15
"""Lines from the top in which a date may stand alone: a page that was scraped whole begins with its menu."""
LONGEST_DATE_LINE = 80
UTC_ZONE = 0
MOST_TAGS = 100
LONGEST_TAG = 100

_DATED = re.compile(r"(?<!\d)(?:1[34]|19|20|25)\d\d(?!\d)|\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2}|\d:\d\d")
_DATE_WITHIN = re.compile(r"\b\d{1,2} \D.{2,60}\b\d{4}\b")
_TAG_LABEL = re.compile("^[^\\w#]*(?:[^\\W\\d]|\u200c)+(?: [^\\W\\d]+)? ?[:|] ?")
_TAG_SEPARATOR = re.compile(r"[,،;؛|#•·\n]+")
_PLACE_AFTER = re.compile(r" (?:[–—|] |في (?:\w+ )?[«\"“(]).*$")
_AUTHOR_LABEL = re.compile(
    r"^[^\w]*(?:by|par|por|von|di|автор|автори|текст|yazan|haber|penulis|reporter|oleh|door|av|przez|autor|auteur|autore|מאת|记者|記者|作者|文|كتب|كتبت|كتبه|بقلم|إعداد|تحرير|نویسنده)"
    r"(?: ?[:/\-–—|]\W{0,3}| )",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Given:
    """The raw article and its page, with the page standing in for what the producer did not give."""

    text: str
    title: str
    author: str | None
    url: str | None
    language: str | None
    tags: tuple[str, ...]
    dates: tuple[DateEvidence, ...]


@dataclass(frozen=True, slots=True)
class Normalized:
    """The article, and the lines that its text was made of."""

    article: NormalizedArticle
    story: tuple[Line, ...]


def normalize(
    article: RawArticle, *, received_ms: int, version: str, now: float, zone: int = UTC_ZONE
) -> NormalizedArticle:
    """The normalized article. `received_ms`: when Kafka got it; `now`: seconds, for `pipeline.normalized_at` alone.

    `zone`: minutes east of Greenwich that the source's times are in, where they do not say.

    Raises PoisonError where nothing is left that a person could read.
    """
    return normalize_lines(article, received_ms=received_ms, version=version, now=now, zone=zone).article


def normalize_lines(
    article: RawArticle, *, received_ms: int, version: str, now: float, zone: int = UTC_ZONE
) -> Normalized:
    """As `normalize`, with the lines of the story, which learnt boilerplate is told from."""
    fetched = _fetched(article.fetched_at, received_ms)
    given = _given(article)
    cleaned = clean(given.title, given.text, given.tags, article.source)
    title, lines, parted = cleaned.title, cleaned.lines, cleaned.parted
    text = "\n".join(line.text for line in parted.story)
    if not text:
        raise PoisonError(Reason.NO_CONTENT, "text: nothing is left that a person could read, expected an article")
    language = languages.identify(title, text, given.language)
    credited = credits_of(lines, article.source, credit_places(cleaned))
    code = None if language.code == languages.UNKNOWN else language.code
    attribution = [_attribution(credit, code, fetched) for credit in credited]
    when = published(_date_evidence(given, credited, cleaned), language=code, fetched=fetched, zone=zone)
    normalized = NormalizedArticle(
        id=article_id(
            article.source,
            canonical_url=canonical_url(given.url) if given.url else None,
            external_id=article.external_id,
            content=f"{title}\n{text}",
        ),
        revision_hash=revision_hash(title, text),
        source=article.source,
        url=given.url,
        title=title,
        text=text,
        removed=[Removed(kind=taken.kind, text=taken.line.text, line=taken.line.number) for taken in parted.taken],
        author=given.author or _author(parted.taken),
        tags=_tags(given.tags, parted.taken),
        language=language,
        published=when,
        fetched_at=rfc3339(fetched.timestamp()),
        attribution=attribution,
        metadata=article.metadata,
        extra=article.extra,
        pipeline=Pipeline(version=version, normalized_at=rfc3339(now)),
    )
    return Normalized(normalized, parted.story)


def warm_up() -> None:
    """Loads the language model and the words of dates, a second's work, so that the first article does not wait."""
    languages.identify("", "The model is loaded when it is first asked, which takes a while.")
    read_date("1 x 2020", language=None, now=datetime(2020, 1, 1, tzinfo=UTC))


def _fetched(given: str | None, received_ms: int) -> datetime:
    received = datetime.fromtimestamp(received_ms / 1000, UTC)
    reading = read_date(given, language=None, now=received) if given else None
    return reading.at if reading is not None and is_believable(reading, received) else received


def _given(article: RawArticle) -> _Given:
    page = read_page(repaired(article.html)) if article.html else None
    text = article.text if article.text and not article.text.isspace() else page.text if page else None
    if text is None:
        if article.html is not None:
            raise PoisonError(Reason.NO_CONTENT, "html: no article was found in the page, expected one with text")
        raise PoisonError(Reason.NO_CONTENT, "text: is blank, expected an article")
    return _Given(
        text=text,
        title=article.title or (page.title if page else None) or "",
        author=_line_or_none(article.author) or (_line_or_none(page.author) if page else None),
        url=_line_or_none(article.url) or (_line_or_none(page.url) if page else None),
        language=article.language or (page.language if page else None),
        tags=(*article.tags, *(page.tags if page else ())),
        dates=tuple(_given_dates(article, page)),
    )


def _given_dates(article: RawArticle, page: Page | None) -> Iterator[DateEvidence]:
    if article.published_at and (raw := display_line(article.published_at)):
        yield DateEvidence("producer", raw)
    if page is not None and page.published and (raw := display_line(page.published)):
        yield DateEvidence("html", raw)


def _line_or_none(text: str | None) -> str | None:
    return display_line(repaired(text)) or None if text else None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article's title, every line of its text, and which of them are the story."""

    title: str
    lines: tuple[Line, ...]
    parted: Parted


def clean(title: str, text: str, tags: Sequence[str] = (), source: str = "") -> Cleaned:
    """Title and text as people read them, with the story told from the rest.

    The first line stands in for a title that was not given. `tags` are known labels, which may stand below a story,
    as may the name of the `source`.
    """
    lines = [part for line in read_lines(repaired(text)) for whole in apart(line) for part in without_notices(whole)]
    title = display_line(repaired(title))
    known = {fold(tag) for tag in tags}
    parted = part(lines, line_key(title), known, source)
    if not title and len(parted.story) > 1 and _is_headline(parted.story[0].text):
        title = parted.story[0].text
        parted = part(lines, line_key(title), known, source)
    return Cleaned(title, tuple(lines), parted)


def _is_headline(text: str) -> bool:
    return len(text) <= LONGEST_HEADLINE and not text.endswith((".", "…", ":", "،", ","))


def credit_places(cleaned: Cleaned) -> Places:
    """Places of the lines that are not the story, and of those that say who wrote the article or where it is from."""
    taken = {id(removed.line): removed.kind for removed in cleaned.parted.taken}
    removed = {place: taken[id(line)] for place, line in enumerate(cleaned.lines) if id(line) in taken}
    return Places(removed, {place for place, kind in removed.items() if kind in {"credit", "byline"}})


def _attribution(credited: Credited, language: str | None, fetched: datetime) -> Attribution:
    when: Published | None = None
    if credited.date is not None:
        reading = read_date(credited.date, language=language, now=fetched)
        if reading is not None and is_believable(reading, fetched):
            when = as_published(reading, DateEvidence("attribution", credited.date))
    return Attribution(
        kind=credited.kind, outlet=credited.outlet, title=credited.title, published=when, evidence=credited.evidence
    )


def _date_evidence(given: _Given, credited: Sequence[Credited], cleaned: Cleaned) -> Iterator[DateEvidence]:
    yield from given.dates
    for credit in credited:
        if credit.date is not None:
            yield DateEvidence("attribution", credit.date)
    for line in cleaned.lines[:DATE_LINES]:
        if len(line.text) <= LONGEST_DATE_LINE and _DATED.search(line.key):
            yield DateEvidence("text", line.text)
    for removed in cleaned.parted.taken:
        # A dateline holds more than its date: a place before it, an agency after it.
        if removed.kind == "byline" and (found := _DATE_WITHIN.search(removed.line.text)):
            yield DateEvidence("text", found[0])


def _author(taken: Sequence[Taken]) -> str | None:
    for removed in taken:
        if removed.kind == "byline" and (found := _AUTHOR_LABEL.match(removed.line.text)):
            return _PLACE_AFTER.sub("", removed.line.text[found.end() :]).strip() or None
        if removed.rule in {"name below", "name above"}:
            return removed.line.text
    return None


def _tags(given: Sequence[str], taken: Sequence[Taken]) -> list[str]:
    """The producer's tags, then those of category lines, each once."""
    found: dict[str, str] = {}
    values = [display_line(repaired(tag)) for tag in given]
    for removed in taken:
        if removed.kind == "category":
            values += _TAG_SEPARATOR.split(_TAG_LABEL.sub("", removed.line.text))
    for value in values:
        tag = value.strip()
        if tag and len(tag) <= LONGEST_TAG and len(found) < MOST_TAGS:
            found.setdefault(fold(tag), tag)
    return list(found.values())
