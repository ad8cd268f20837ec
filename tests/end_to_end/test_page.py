"""The page in a real browser: live, right-to-left, by keyboard, without script, and with hostile articles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from services.api.access.record import Scope
from services.cache.stage import Cache
from shared.contracts import Attribution, Removed
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.articles import copy_of, enriched
from tests.integration.api.conftest import Running, start
from tests.integration.cache.arrivals import Arrivals
from tests.keys import make_key
from tests.programs import CHROMIUM, needed_program

# One browser for all, and so one event loop.
pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = needed_program(CHROMIUM)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def api_settings(redis_url: str, topic_prefix: str) -> Settings:
    return load_settings(
        {
            "KHABAR_REDIS_URL": redis_url,
            "KHABAR_TOPIC_PREFIX": topic_prefix,
            "KHABAR_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        }
    )


@pytest_asyncio.fixture(loop_scope="module")
async def running(api_settings: Settings) -> AsyncIterator[Running]:
    running = await start(api_settings)
    yield running
    await running.client.aclose()
    await running.leave()


@pytest_asyncio.fixture(loop_scope="module")
async def arrivals(api_settings: Settings) -> AsyncIterator[Arrivals]:
    redis = connect(api_settings)
    yield Arrivals(Cache(redis, api_settings))
    await redis.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser, running: Running) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(base_url=running.server.url, viewport={"width": 1280, "height": 800})
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page that fails the test when a script fails or the content security policy stops something."""
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    assert faults == []


async def test_what_arrives_waits_behind_a_button_and_moves_nothing(page: Page, arrivals: Arrivals) -> None:
    await arrivals.apply(*(enriched(str(number), title=f"Article {number}") for number in range(10)))
    await page.goto("/?ui=en")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    third = page.locator(".item").nth(2)
    before = await third.bounding_box()
    await arrivals.apply(enriched("new", title="Just in"))
    await expect(page.get_by_role("button", name="1 new article")).to_be_visible()
    assert await third.bounding_box() == before
    await expect(page).to_have_title("(1) The wire · Khabar")
    await arrivals.apply(enriched("newer", title="Even newer"))
    await page.get_by_role("button", name="2 new articles").click()
    await expect(page.locator(".headline")).to_have_count(12)
    assert await page.locator(".headline").all_inner_texts() == ["Even newer", "Just in"] + [
        f"Article {number}" for number in range(9, -1, -1)
    ]
    await expect(page).to_have_title("The wire · Khabar")
    await expect(page.locator("#arrivals")).to_be_hidden()


async def test_an_article_that_arrives_looks_as_it_does_after_loading_again(page: Page, arrivals: Arrivals) -> None:
    first = enriched("first", language="ar", direction="rtl", title="أول", topics=("pol", "wea"), countries=("SY",))
    await page.goto("/?ui=ar")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await arrivals.apply(first)
    await page.get_by_role("button", name="مقال جديد واحد").click()
    live = await page.locator(".item").first.inner_text()
    await page.reload()
    assert await page.locator(".item").first.inner_text() == live
    headline = page.locator(".headline").first
    await expect(headline).to_have_css("direction", "rtl")
    await expect(headline).to_have_attribute("lang", "ar")


async def test_only_what_the_filter_asks_for_arrives(page: Page, arrivals: Arrivals) -> None:
    await page.goto("/?language=ar&ui=en")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await expect(page.locator("#empty")).to_be_visible()
    await arrivals.apply(enriched("en"), enriched("ar", language="ar", direction="rtl", title="خبر"))
    await page.get_by_role("button", name="1 new article").click()
    await expect(page.locator("#empty")).to_be_hidden()
    assert await page.locator(".headline").all_inner_texts() == ["خبر"]


async def test_a_new_revision_takes_the_place_of_the_old_one(page: Page, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a", title="Before"), enriched("b", title="Other"))
    await page.goto("/?ui=en")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await arrivals.apply(enriched("a", title="After", number=2))
    await page.get_by_role("button", name="1 new article").click()
    assert await page.locator(".headline").all_inner_texts() == ["After", "Other"]
    live = await page.locator(".item").first.inner_text()
    assert "revised" in live
    await page.reload()
    assert await page.locator(".item").first.inner_text() == live
    await page.get_by_role("link", name="revised").click()
    await expect(page.locator("#revisions")).to_be_in_viewport()


async def test_a_hostile_article_is_text_when_loaded_and_when_it_arrives(page: Page, arrivals: Arrivals) -> None:
    hostile: dict[str, Any] = {
        "title": HOSTILE,
        "text": HOSTILE,
        "source": HOSTILE,
        "url": "javascript:document.title='pwned'",
    }
    await arrivals.apply(enriched("loaded", **hostile))
    await page.goto("/?ui=en")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await arrivals.apply(enriched("arrived", **{**hostile, "source": f"{HOSTILE}2"}))
    await page.get_by_role("button", name="1 new article").click()
    assert await page.locator(".headline").all_inner_texts() == [HOSTILE, HOSTILE]
    assert await page.locator("#feed img, #feed script").count() == 0
    await page.locator(".headline a").first.click()
    await expect(page.locator("h1")).to_have_text(HOSTILE)
    assert await page.locator("main img, main script, a[href^='javascript']").count() == 0
    assert "pwned" not in (await page.title()).replace(HOSTILE, "")


FOCUSED = "document.activeElement.closest('.item')?.querySelector('.headline').textContent"


async def press(page: Page, key: str, code: str, *, shift: bool = False) -> None:
    """A key of a layout that is not Latin."""
    event = {"key": key, "code": code, "shiftKey": shift, "bubbles": True}
    await page.evaluate("event => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', event))", event)


async def test_the_keyboard_works_on_an_arabic_layout_and_can_be_switched_off(page: Page, arrivals: Arrivals) -> None:
    await arrivals.apply(*(enriched(str(number), title=f"Article {number}") for number in range(3)))
    await page.goto("/?ui=en")
    await press(page, "ت", "KeyJ")
    assert await page.evaluate(FOCUSED) == "Article 2"
    await page.keyboard.press("j")
    assert await page.evaluate(FOCUSED) == "Article 1"
    await page.keyboard.press("k")
    assert await page.evaluate(FOCUSED) == "Article 2"
    await press(page, "ظ", "Slash")
    assert await page.evaluate("document.activeElement.closest('#filters') !== null")
    await press(page, "؟", "Slash", shift=True)
    await page.get_by_role("dialog").get_by_role("checkbox").uncheck()
    await page.get_by_role("button", name="Close").click()
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("j")
    assert not await page.evaluate(FOCUSED)
    await page.reload()
    await page.keyboard.press("j")
    assert not await page.evaluate(FOCUSED)


async def test_every_key_does_what_the_list_of_keys_says(
    page: Page, context: BrowserContext, arrivals: Arrivals
) -> None:
    first = enriched("first", title="First")
    await context.route("https://wire.example/**", lambda route: route.fulfill(body="the source"))
    await arrivals.apply(first, enriched("copy", duplicate=copy_of(first)))
    await page.goto("/?ui=en")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await page.keyboard.press("j")
    await page.keyboard.press("c")
    await expect(page.locator(".copy")).to_be_visible()
    async with context.expect_page() as opened:
        await page.keyboard.press("v")
    source = await opened.value
    await source.wait_for_url("https://wire.example/first")
    assert await source.evaluate("window.opener") is None
    await page.keyboard.press("p")
    await expect(page.locator("#live")).to_have_attribute("data-state", "paused")
    await page.keyboard.press("p")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await arrivals.apply(enriched("new", title="Just in"))
    await expect(page.get_by_role("button", name="1 new article")).to_be_visible()
    await page.keyboard.press("n")
    assert await page.evaluate(FOCUSED) == "Just in"
    await page.keyboard.press("PageDown")
    assert await page.evaluate(FOCUSED) == "First"
    await page.keyboard.press("Control+End")
    assert await page.evaluate("document.activeElement.closest('.foot') !== null")
    await page.locator(".item").last.focus()
    await page.keyboard.press("o")
    await page.wait_for_url(f"**/articles/{first.id}?ui=en")


async def test_a_feed_is_told_to_a_screen_reader_as_one(page: Page, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a", title="Rain"), enriched("b", title="Snow"))
    await page.goto("/?ui=en")
    feed = page.get_by_role("feed", name="The wire")
    await expect(feed.get_by_role("article", name="Snow")).to_have_attribute("aria-posinset", "1")
    await expect(feed.get_by_role("article", name="Rain")).to_have_attribute("aria-setsize", "-1")
    await arrivals.apply(enriched("c", title="Hail"))
    await page.get_by_role("button", name="1 new article").click()
    await expect(feed.get_by_role("article", name="Hail")).to_be_focused()
    await expect(feed).to_have_attribute("aria-busy", "false")


async def test_a_copy_is_no_news_and_comes_under_what_it_repeats(page: Page, arrivals: Arrivals) -> None:
    first, second = enriched("first", title="First", source="Harbour Herald"), enriched("second", title="Second")
    copied = enriched("copy", title="Copied", source="Plain Post", duplicate=copy_of(first))
    await arrivals.apply(first, second)
    await page.goto("/?ui=en")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await arrivals.apply(copied, enriched("third", title="Third", duplicate=copy_of(second, relation="extension")))
    await page.get_by_role("button", name="1 new article").click()
    assert await page.locator(".headline").all_inner_texts() == ["Third", "Second", "First"]
    live = await page.locator(".item").all_inner_texts()
    assert "extends Example Wire" in live[0]
    assert "1 copy Plain Post" in live[-1]
    await page.reload()
    assert await page.locator(".headline").all_inner_texts() == ["Third", "Second", "First"]
    assert await page.locator(".item").all_inner_texts() == live
    await page.locator(".copies summary").click()
    await page.get_by_role("link", name="Copied").click()
    await expect(page.locator(".related")).to_contain_text("92% of this article is in passages shared with First")


async def test_an_article_that_is_taken_back_leaves_nothing_and_moves_nothing(page: Page, arrivals: Arrivals) -> None:
    gone, kept = enriched("gone", title="Gone"), enriched("kept", title="Kept")
    waiting = enriched("waiting", title="Waits")
    await arrivals.apply(kept, gone)
    await page.goto("/?ui=en")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await arrivals.apply(waiting)
    await expect(page.get_by_role("button", name="1 new article")).to_be_visible()
    place = await page.locator(".item").nth(1).bounding_box()
    await arrivals.remove(waiting, gone)
    await expect(page.get_by_text("This article was taken back.")).to_be_visible()
    await expect(page.locator("#arrivals")).to_be_hidden()
    assert await page.locator(".item").nth(1).bounding_box() == place
    assert await page.locator(".headline").all_inner_texts() == ["Kept"]
    await page.reload()
    assert await page.locator(".headline").all_inner_texts() == ["Kept"]


async def test_what_a_revision_changed_is_seen_without_colour_and_read_from_the_right(
    page: Page, arrivals: Arrivals
) -> None:
    arabic: dict[str, Any] = {"language": "ar", "direction": "rtl", "title": "طقس"}
    before = enriched("a", text="تتوقع الأرصاد أمطارًا غزيرة.", **arabic)
    await arrivals.apply(before, enriched("a", text="تتوقع الأرصاد ثلوجًا غزيرة.", number=2, **arabic))
    await page.goto(f"/articles/{before.id}?ui=en")
    await page.get_by_role("link", name="Revision 2").click()
    await expect(page.locator("del")).to_contain_text("أمطارًا")
    await expect(page.locator("del")).to_have_css("text-decoration-line", "line-through")
    await expect(page.locator("ins")).to_contain_text("ثلوجًا")
    await expect(page.locator("ins")).to_have_css("text-decoration-line", "underline")
    await expect(page.locator(".hunk")).to_have_css("direction", "rtl")
    await expect(page.locator(".hunk")).to_have_attribute("lang", "ar")
    deleted, inserted = await page.locator("del").bounding_box(), await page.locator("ins").bounding_box()
    assert deleted
    assert inserted
    assert deleted["x"] > inserted["x"]


async def test_the_page_says_so_while_the_stream_is_away_and_goes_on_when_it_is_back(
    page: Page, context: BrowserContext, arrivals: Arrivals
) -> None:
    await arrivals.apply(enriched("a"))
    stopped = True

    async def away(route: Route) -> None:
        await (route.fulfill(status=204) if stopped else route.continue_())

    await context.route("**/v1/stream**", away)
    await page.goto("/?ui=ar")
    await expect(page.locator("#live-state")).to_have_text("جارٍ إعادة الاتصال…")
    await arrivals.apply(enriched("b"))
    stopped = False
    await expect(page.get_by_role("button", name="مقال جديد واحد")).to_be_visible(timeout=15_000)
    await expect(page.locator("#live-state")).to_have_text("مباشر")


async def test_paused_nothing_arrives_and_resumed_nothing_is_missing(page: Page, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a"))
    await page.goto("/?ui=en")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator("#live")).to_have_attribute("data-state", "paused")
    await arrivals.apply(enriched("b"), enriched("c"))
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("button", name="2 new articles")).to_be_visible()


async def test_everything_can_be_read_without_script(browser: Browser, running: Running, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a", title="First"), enriched("b", title="ثان", language="ar", direction="rtl"))
    context = await browser.new_context(base_url=running.server.url, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/?ui=en")
    await expect(page.get_by_text("Times are UTC.")).to_be_visible()
    await expect(page.locator("#live")).to_be_hidden()
    await page.locator("#filters").get_by_role("link", name="Arabic").click()
    await expect(page.locator(".headline")).to_have_text("ثان")
    await page.get_by_role("link", name="ثان").click()
    await expect(page.locator("h1")).to_have_css("direction", "rtl")
    await context.close()


@pytest.mark.parametrize("ui", ["en", "ar"])
async def test_nothing_overflows_on_a_telephone(
    browser: Browser, running: Running, arrivals: Arrivals, ui: str
) -> None:
    unbroken = "a" * 400
    article = enriched("a", title=unbroken, text=unbroken, source=unbroken, tags=[unbroken], author=unbroken)
    await arrivals.apply(article, enriched("b", language="ar", direction="rtl", title="خبر " * 30))
    context = await browser.new_context(base_url=running.server.url, viewport={"width": 360, "height": 740})
    page = await context.new_page()
    for path in ("/", f"/articles/{article.id}"):
        await page.goto(f"{path}?ui={ui}")
        assert await page.evaluate("document.documentElement.scrollWidth") == 360, path
    await page.goto(f"/?ui={ui}")
    await page.locator(".filters-open").click()
    await expect(page.locator("#filters")).to_be_visible()
    await context.close()


async def test_where_reading_needs_a_key_it_is_shown_once_and_the_wire_is_live(
    browser: Browser, api_settings: Settings, arrivals: Arrivals
) -> None:
    key = await make_key(api_settings, Scope.READ)
    await arrivals.apply(enriched("a", title="First", topics=("pol",)), enriched("b", topics=("spo",)))
    running = await start(api_settings.model_copy(update={"api_readers": "keys"}))
    context = await browser.new_context(base_url=running.server.url)
    page = await context.new_page()
    await page.goto("/?topic=pol&ui=en")
    await page.get_by_label("Key").fill("khabar_mistyped")
    await page.get_by_label("Key").press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("That key is not known here, or it has ended.")
    assert await violations(page) == []
    await page.get_by_label("Key").fill(key)
    await page.get_by_role("button", name="Read").click()
    await expect(page).to_have_url(f"{running.server.url}/?topic=pol&ui=en")
    assert await page.locator(".headline").all_inner_texts() == ["First"]
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await arrivals.apply(enriched("c", topics=("pol",)))
    await expect(page.get_by_role("button", name="1 new article")).to_be_visible()
    assert await page.evaluate("document.cookie") == ""
    # What no stream would tell: that the key has ended. Nothing that is being read moves.
    await page.route("**/v1/stream?*", lambda route: route.fulfill(status=401))
    await page.route("**/v1/articles?limit=1", lambda route: route.fulfill(status=401))
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_role("button", name="Resume").click()
    await expect(page.locator("#live-state")).to_have_text("A key is needed: load this page again", timeout=30_000)
    await expect(page.get_by_role("button", name="1 new article")).to_be_visible()
    await page.goto("/access?ui=en")
    await page.get_by_role("button", name="Forget the key in this browser").click()
    await page.goto("/")
    await expect(page.get_by_label("Key")).to_be_visible()
    await context.close()
    await running.client.aclose()
    await running.leave()


async def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now, everything opened that can be."""
    await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    await page.evaluate(AXE_SCRIPT)
    passes, found = await page.evaluate(
        """axe.run(document, {resultTypes: ['violations']}).then(({passes, violations}) => [passes.length,
        violations.map(({help, nodes}) => `${help}: ${nodes.map(({html}) => html.slice(0, 200)).join(' ')}`)])"""
    )
    assert passes
    return [f"{page.url}: {violation}" for violation in found]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_axe_finds_nothing(
    browser: Browser, running: Running, arrivals: Arrivals, scheme: Literal["light", "dark"], width: int
) -> None:
    first = enriched("first", source="Harbour Herald", title="First")
    credit = Attribution(kind="syndication", outlet="Harbour Herald", evidence="«الخبر» منقول.")
    arabic: dict[str, Any] = {"language": "ar", "direction": "rtl", "title": "خبر", "duplicate": copy_of(first)}
    arabic |= {"attribution": [credit], "removed": [Removed(kind="promo", text="اقرأ أيضًا", line=3)], "author": "ليلى"}
    copied = enriched("copy", text="تتوقع الأرصاد أمطارًا.", **arabic)
    await arrivals.apply(first, copied, enriched("copy", text="تتوقع الأرصاد ثلوجًا.", number=2, **arabic))
    context = await browser.new_context(
        base_url=running.server.url, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = await context.new_page()
    found: list[str] = []
    for path in ("/?ui=en", f"/articles/{copied.id}?ui=ar", "/?language=fr&ui=ar", "/nowhere?ui=en"):
        await page.goto(path)
        found += await violations(page)
    await page.goto("/?ui=ar")
    await page.keyboard.press("?")
    found += await violations(page)
    if width < 960:
        await page.keyboard.press("Escape")
        await page.locator(".filters-open").click()
        found += await violations(page)
    await context.close()
    assert found == []
