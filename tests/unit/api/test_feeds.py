from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.api.feeds import atom, json_feed, rss
from services.api.feeds.entry import Feed, entry_of, moment_of
from services.api.feeds.json_feed import FeedItem, JsonFeed
from services.api.feeds.xml import legal
from shared.contracts import EnrichedArticle, Published
from shared.contracts.articles import Precision
from tests.articles import copy_of, enriched

SITE = "https://news.example"
ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
DC = "{http://purl.org/dc/elements/1.1/}"
KHABAR = "{urn:khabar:feed:1}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
HOSTILE = "]]></title><script>alert(1)</script> & <b dir='ltr'>x</b> &lt;i&gt; \x00\x0b\ufffe"


def feed_of(*articles: EnrichedArticle, following: str | None = None) -> Feed:
    return Feed(
        urn="urn:khabar:feed:0",
        title="Khabar · ar",
        language="ar",
        home=f"{SITE}/?language=ar",
        address=f"{SITE}/v1/feed?language=ar",
        following=following,
        entries=[entry_of(article, SITE) for article in articles],
    )


def atom_entry(article: EnrichedArticle) -> ElementTree.Element:
    entry = ElementTree.fromstring(atom.write(feed_of(article))).find(f"{ATOM}entry")
    assert entry is not None
    return entry


def rss_item(article: EnrichedArticle) -> ElementTree.Element:
    item = ElementTree.fromstring(rss.write(feed_of(article))).find("channel/item")
    assert item is not None
    return item


def json_item(article: EnrichedArticle) -> FeedItem:
    return msgspec.json.decode(json_feed.write(feed_of(article)), type=JsonFeed).items[0]


class Markup(HTMLParser):
    """The elements of a piece of HTML with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data


@settings(max_examples=60)
@given(title=ANYTHING, text=ANYTHING, source=ANYTHING, author=st.none() | ANYTHING)
def test_nothing_of_an_article_is_markup_and_nothing_is_lost(
    title: str, text: str, source: str, author: str | None
) -> None:
    article = enriched(title=title, text=text, source=source, author=author)
    paragraphs = [legal(line) for line in text.splitlines() if line.strip()]

    entry, item, plain = atom_entry(article), rss_item(article), json_item(article)

    story = entry.find(f"{ATOM}content/{XHTML}div/{XHTML}div")
    assert story is not None
    assert [part.tag for part in story.iter()] == [f"{XHTML}div", *[f"{XHTML}p"] * len(paragraphs)]
    assert [part.text for part in story] == paragraphs
    described = Markup(item.findtext("description") or "")
    assert [tag for tag, _ in described.elements] == ["div", *["p"] * len(paragraphs)]
    assert described.texts[1:] == [line.replace("\r", "\n") for line in paragraphs]
    assert plain.content_text == "\n\n".join(line for line in text.splitlines() if line.strip())
    if title:
        assert entry.findtext(f"{ATOM}title") == item.findtext("title") == legal(title)
        assert plain.title == title
    assert entry.findtext(f"{DC}publisher") == item.findtext(f"{DC}publisher") == legal(source)


def test_hostile_titles_stay_titles() -> None:
    article = enriched(title=HOSTILE, url="https://wire.example/?a=1&b=\"><script>'", author=HOSTILE)
    entry, item = atom_entry(article), rss_item(article)
    assert entry.findtext(f"{ATOM}title") == item.findtext("title") == legal(HOSTILE)
    assert "script" not in {element.tag.rpartition("}")[2] for element in [*entry.iter(), *item.iter()]}
    assert [link.get("href") for link in item.findall(f"{ATOM}link")] == [article.url]


def test_language_and_direction_stand_where_readers_look() -> None:
    article = enriched(title="خبر", text="مطر في الشمال.\nطرق مغلقة.", language="ar", direction="rtl")
    entry, item, plain = atom_entry(article), rss_item(article), json_item(article)
    story = entry.find(f"{ATOM}content/{XHTML}div/{XHTML}div")
    assert story is not None
    assert entry.get(LANG) == item.get(LANG) == item.findtext(f"{DC}language") == plain.language == "ar"
    assert (story.get("dir"), story.get("lang")) == ("rtl", "ar")
    assert Markup(item.findtext("description") or "").elements[0] == ("div", {"dir": "rtl", "lang": "ar"})
    assert plain.khabar.direction == "rtl"


def test_of_an_unknown_language_nothing_is_said() -> None:
    article = enriched(language="und")
    entry, item, plain = atom_entry(article), rss_item(article), json_item(article)
    assert (entry.get(LANG), item.get(LANG), plain.language) == (None, None, None)
    assert Markup(item.findtext("description") or "").elements[0] == ("div", {"dir": "auto"})


@pytest.mark.parametrize(
    ("precision", "moment", "known"),
    [
        ("second", "2026-01-28T08:30:00Z", "2026-01-28T08:30:00Z"),
        ("minute", "2026-01-28T08:30:00Z", "2026-01-28T08:30:00Z"),
        ("hour", None, "2026-01-28T08:30:00Z"),
        ("day", None, "2026-01-28"),
        ("month", None, "2026-01"),
        ("year", None, "2026"),
    ],
)
def test_no_date_is_told_more_exactly_than_it_is_known(precision: Precision, moment: str | None, known: str) -> None:
    published = Published(at="2026-01-28T08:30:00Z", precision=precision, method="text")
    article = enriched(published=published)
    entry, item, plain = atom_entry(article), rss_item(article), json_item(article)
    assert moment_of(published) == entry.findtext(f"{ATOM}published") == plain.date_published == moment
    assert item.findtext("pubDate") == ("Wed, 28 Jan 2026 08:30:00 GMT" if moment else None)
    for told in (entry.find(f"{KHABAR}published"), item.find(f"{KHABAR}published")):
        assert told is not None
        assert (told.text, told.get("precision")) == (known, precision)
    assert (plain.khabar.published.at, plain.khabar.published.precision) == (known, precision)


def test_the_id_stays_through_revisions_and_the_time_of_change_does_not() -> None:
    first = enriched(title="before", enriched_at="2026-01-28T09:00:00Z")
    second = enriched(title="after", number=2, enriched_at="2026-01-28T10:00:00Z")
    for ids in (
        {atom_entry(article).findtext(f"{ATOM}id") for article in (first, second)},
        {rss_item(article).findtext("guid") for article in (first, second)},
        {json_item(article).id for article in (first, second)},
    ):
        assert ids == {f"urn:khabar:article:{first.id}"}
    assert [json_item(article).date_modified for article in (first, second)] == [
        "2026-01-28T09:00:00Z",
        "2026-01-28T10:00:00Z",
    ]
    assert atom_entry(second).findtext(f"{ATOM}updated") == "2026-01-28T10:00:00Z"


def test_every_notation_leads_to_the_next_page_and_to_the_article() -> None:
    article, following = enriched(), f"{SITE}/v1/feed?language=ar&before=abc"
    page = feed_of(article, following=following)
    atom_links = {link.get("rel"): link.get("href") for link in ElementTree.fromstring(atom.write(page))}
    channel = ElementTree.fromstring(rss.write(page)).find("channel")
    assert channel is not None
    rss_links = {link.get("rel"): link.get("href") for link in channel.findall(f"{ATOM}link")}
    plain = msgspec.json.decode(json_feed.write(page), type=JsonFeed)
    assert atom_links["next"] == rss_links["next"] == plain.next_url == following
    assert atom_links["self"] == rss_links["self"] == plain.feed_url == page.address
    assert rss_item(article).findtext("link") == json_item(article).url == f"{SITE}/articles/{article.id}"
    assert json_item(article).external_url == article.url
    assert "next" not in atom.write(feed_of(article)).decode()


def test_an_address_that_is_none_for_browsers_is_left_out() -> None:
    article = enriched(url="javascript:alert(1)")
    assert json_item(article).external_url is None
    assert b"javascript" not in atom.write(feed_of(article)) + rss.write(feed_of(article))


def test_an_article_without_a_title_is_called_by_its_beginning() -> None:
    article = enriched(title="", text="Rain is expected.\nRoads may close.")
    assert atom_entry(article).findtext(f"{ATOM}title") == "Rain is expected. Roads may close."


def test_what_it_repeats_and_its_topics_are_told() -> None:
    first = enriched("first")
    article = enriched("second", duplicate=copy_of(first))
    plain = json_item(article)
    assert plain.khabar.duplicate is not None
    assert plain.khabar.duplicate.of == f"urn:khabar:article:{first.id}"
    assert plain.tags == ["weather"]
    category = atom_entry(article).find(f"{ATOM}category")
    assert category is not None
    assert (category.get("term"), category.get("label")) == ("17000000", "weather")


def test_a_feed_of_nothing_is_a_feed() -> None:
    assert ElementTree.fromstring(atom.write(feed_of())).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert msgspec.json.decode(json_feed.write(feed_of()), type=JsonFeed).items == []
