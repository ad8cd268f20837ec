"""Pages of HTML: the text of the article and nothing around it, and what the metadata says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from services.normalizer.normalize import normalize
from services.normalizer.page import read_page
from shared.contracts import RawArticle
from shared.outcomes import PoisonError, Reason
from tests.unit.normalizer.articles import BODY, NOW_MS, TITLE

NAVIGATION = '<nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/p">سياسة</a></li></ul></nav>'
SIDEBAR = '<aside class="sidebar"><h3>الأكثر قراءة</h3><ul><li><a href="/2">خبر آخر عن الطقس</a></li></ul></aside>'
FOOTER = '<footer><p>جميع الحقوق محفوظة لصحيفة المثال</p><a href="/terms">شروط الاستخدام</a></footer>'
PARAGRAPHS = "".join(f"<p>{paragraph}</p>" for paragraph in BODY)
LINKED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
  {"@type": "WebSite", "name": "المثال"},
  {"@type": "NewsArticle", "headline": "TITLE", "datePublished": "2025-03-09T10:20:30+03:00",
   "author": [{"@type": "Person", "name": "سعاد المثال"}, {"@type": "Person", "name": "ليلى المثال"}],
   "keywords": ["جسور", "نهر"], "inLanguage": "ar"}]}</script>""".replace("TITLE", TITLE)
META = f"""<meta property="og:title" content="{TITLE}"><meta name="author" content="سعاد المثال">
<meta property="article:published_time" content="2025-03-09T10:20:30+03:00"><meta property="article:tag" content="جسور">
<link rel="canonical" href="https://paper.example/news/1">"""


def page(head: str, body: str) -> str:
    return f'<!DOCTYPE html><html lang="ar"><head>{head}</head><body>{body}</body></html>'


@dataclass(frozen=True, slots=True)
class Sample:
    """A page, and what its article has: the approach of trafilatura's own evaluation."""

    name: str
    html: str


SAMPLES = [
    Sample(
        "article element", page(META, f"{NAVIGATION}<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>{SIDEBAR}{FOOTER}")
    ),
    Sample("main element", page(LINKED, f"{NAVIGATION}<main><h1>{TITLE}</h1>{PARAGRAPHS}</main>{SIDEBAR}{FOOTER}")),
    Sample(
        "divisions", page(META, f'{NAVIGATION}<div class="post-content"><h1>{TITLE}</h1>{PARAGRAPHS}</div>{FOOTER}')
    ),
    Sample("article body", page("", f'{NAVIGATION}<div itemprop="articleBody">{PARAGRAPHS}</div>{SIDEBAR}{FOOTER}')),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_article_is_found_and_nothing_around_it(sample: Sample) -> None:
    text = read_page(sample.html).text or ""
    assert all(paragraph in text for paragraph in BODY)
    assert not any(around in text for around in ("الرئيسية", "خبر آخر عن الطقس", "شروط الاستخدام"))


def test_json_ld_is_read_wherever_it_is_in_the_graph() -> None:
    read = read_page(page(LINKED, f"<article>{PARAGRAPHS}</article>"))
    assert read.title == TITLE
    assert read.author == "سعاد المثال, ليلى المثال"
    assert read.published == "2025-03-09T10:20:30+03:00"
    assert read.tags == ("جسور", "نهر")
    assert read.language == "ar"


def test_meta_tags_stand_in_for_json_ld() -> None:
    read = read_page(page(META, f"<article>{PARAGRAPHS}</article>"))
    assert (read.title, read.author, read.url) == (TITLE, "سعاد المثال", "https://paper.example/news/1")
    assert read.published == "2025-03-09T10:20:30+03:00"


def test_broken_json_ld_is_passed_over() -> None:
    broken = '<script type="application/ld+json">{"@type": "NewsArticle", </script>'
    assert read_page(page(broken + META, f"<article>{PARAGRAPHS}</article>")).title == TITLE


def test_a_page_fills_in_what_the_producer_did_not_give() -> None:
    article = normalize(
        RawArticle(source="paper.example", html=SAMPLES[0].html), received_ms=NOW_MS, version="t", now=0
    )
    assert article.title == TITLE
    assert article.text == "\n".join(BODY)
    assert article.url == "https://paper.example/news/1"
    assert (article.published.at, article.published.method) == ("2025-03-09T07:20:30Z", "html")
    assert article.author == "سعاد المثال"
    assert article.tags == ["جسور"]


def test_what_the_producer_gave_comes_first() -> None:
    raw = RawArticle(
        source="paper.example",
        html=SAMPLES[0].html,
        title="عنوان آخر",
        author="كاتب آخر",
        published_at="2025-03-01",
        url="https://a.example/2",
    )
    article = normalize(raw, received_ms=NOW_MS, version="t", now=0)
    assert (article.title, article.author, article.url) == ("عنوان آخر", "كاتب آخر", "https://a.example/2")
    assert (article.published.at, article.published.method) == ("2025-03-01T00:00:00Z", "producer")


def test_the_address_of_the_front_page_is_no_identity() -> None:
    front = page('<meta property="og:url" content="https://paper.example/">', f"<article>{PARAGRAPHS}</article>")
    assert read_page(front).url is None


@pytest.mark.parametrize(
    "html", ["", "<", "<html></html>", "<!-- nothing -->", page("", NAVIGATION), page(META, "<script>x()</script>")]
)
def test_a_page_without_an_article_is_told_so(html: str) -> None:
    with pytest.raises(PoisonError) as poison:
        normalize(RawArticle(source="paper.example", html=html), received_ms=NOW_MS, version="t", now=0)
    assert poison.value.reason is Reason.NO_CONTENT
    assert poison.value.error.startswith("html: ")
