"""What holds for any input whatever: nothing raises, cleaning again changes nothing, what comes out can be written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.normalize import clean, normalize
from shared.contracts import NormalizedArticle, RawArticle
from shared.contracts.codec import decode, encode
from shared.outcomes import PoisonError
from tests.unit.normalizer.articles import BODY, DISCLAIMER, NOTICE, NOW_MS, TITLE

ANY = st.text(st.characters(exclude_categories=[]), max_size=200)
LINES = st.sampled_from(
    [
        *BODY,
        NOTICE,
        DISCLAIMER,
        TITLE,
        "",
        "اقرأ أيضاً: خبر آخر",
        "Read more:",
        "A teaser without an end",
        "محليات",
        "رياضة",
        "Share on Facebook",
        "المصدر: رويترز",
        "----------",
        "المدينة – واس",
        "Jane Example",
        "By Jane Example",
        "28 January 2025 10:30",
        "&amp;nbsp; &lt;b&gt;",
        "\u202bنص\u202c\u202c",
        "Ø§Ù„Ø£Ø®Ø¨Ø§Ø±",
        "Most read",
        "#tag #other",
        "Von Erika Beispiel",
        "Te puede interesar",
        "Etiquetas: faro, puerto",
        "関連記事",
        "港の拡張工事、夏に開始",
        "One dead - Several hurt",
        "Home",
    ]
)
TEXTS = st.one_of(ANY, st.lists(st.one_of(LINES, ANY), max_size=14).map("\n".join))
OPTIONAL = st.none() | ANY

RAW = st.builds(
    RawArticle,
    source=ANY.filter(str.strip),
    text=st.none() | TEXTS,
    html=st.none()
    | TEXTS.map(lambda text: f"<html><head><title>t</title></head><body><article><p>{text}</p></article>"),
    url=OPTIONAL,
    external_id=OPTIONAL,
    title=st.none() | LINES | ANY,
    author=OPTIONAL,
    published_at=OPTIONAL,
    fetched_at=OPTIONAL,
    language=OPTIONAL,
    tags=st.lists(ANY, max_size=3),
)


@given(RAW)
@settings(max_examples=300, deadline=None)
def test_any_article_is_normalized_or_poison(article: RawArticle) -> None:
    normalized = normalized_or_poison(article)
    if isinstance(normalized, str):
        assert "expected" in normalized
        return
    written = normalized.text + normalized.title + "".join(removed.text for removed in normalized.removed)
    written.encode("utf-8")
    assert "\x00" not in written
    assert normalized.text
    if not has_surrogates(article):
        assert decode(encode(normalized), NormalizedArticle) == normalized


def normalized_or_poison(article: RawArticle) -> NormalizedArticle | str:
    """The article, or what the dead letter says."""
    try:
        return normalize(article, received_ms=NOW_MS, version="test", now=NOW_MS / 1000)
    except PoisonError as poison:
        return poison.error


def has_surrogates(article: RawArticle) -> bool:
    """Whether a field that is passed on as it is cannot be written in UTF-8."""
    return any("\ud800" <= char <= "\udfff" for char in article.source)


@given(st.none() | LINES | ANY, TEXTS)
@settings(max_examples=400, deadline=None)
def test_cleaning_again_changes_nothing(title: str | None, text: str) -> None:
    once = clean(title or "", text)
    story = "\n".join(line.text for line in once.parted.story)
    again = clean(once.title, story)
    assert "\n".join(line.text for line in again.parted.story) == story
    assert again.title == once.title


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_every_letter_is_in_the_story_or_among_the_removed(text: str) -> None:
    cleaned = clean("", text)
    kept = [line.text for line in cleaned.parted.story] + [taken.line.text for taken in cleaned.parted.taken]
    lines = [line.text for line in cleaned.lines]
    assert sorted("".join(kept)) == sorted("".join(lines))
