// The wire, live: what arrives waits behind a button, so that nothing moves under the reader's eyes.

import { addCopy, counted, makeItem } from "./item.js";
import { listen, visit } from "./keys.js";
import { showTimes } from "./times.js";

const HELD = 200; // arrivals kept ready to be shown; older ones are on the page when it is loaded again
const ANNOUNCE_MS = 8000; // a screen reader hears a count, not every headline
const AGAIN_MS = 5000;
const REPEATS = new Set(["copy", "excerpt"]); // an extension adds something, and stands by itself

const feed = document.getElementById("feed");
const words = feed.dataset;
const forms = JSON.parse(words.new);
const together = words.together !== undefined; // copies stand under what they repeat

// -- arrivals ------------------------------------------------------------------------------------------------------

const button = document.getElementById("arrivals");
const status = document.getElementById("arrivals-status");
const pageTitle = document.title;
let waiting = []; // newest last
let folding = []; // copies of what is shown or waits: they are no news, and come with the next that is
let announcing = 0;

function shownOf(id) {
  return feed.querySelector(`.item[data-id="${CSS.escape(id)}"]`);
}

// The item that the article is a copy of, itself or through another copy.
function itemOf(article) {
  if (!together || !REPEATS.has(article.duplicate?.relation)) return null;
  const copied = `[data-id="${CSS.escape(article.duplicate.of)}"]`;
  return feed.querySelector(`.item${copied}`) ?? feed.querySelector(`.copy${copied}`)?.closest(".item");
}

function isFolded(article) {
  if (itemOf(article)) return true;
  const others = [...waiting, ...folding];
  return together && REPEATS.has(article.duplicate?.relation) && others.some(({ id }) => id === article.duplicate.of);
}

function isNews(article) {
  const shown = shownOf(article.id);
  return !shown || Number(shown.dataset.revision) < article.revision.number;
}

function hold(list, article) {
  const kept = list.filter(({ id }) => id !== article.id);
  kept.push(article);
  return kept.slice(-HELD);
}

function tellWaiting() {
  button.textContent = counted(forms, waiting.length);
  button.hidden = !waiting.length;
  document.title = waiting.length ? `(${waiting.length}) ${pageTitle}` : pageTitle;
}

function arrive(article) {
  if (!isNews(article)) return;
  if (isFolded(article) && !shownOf(article.id)) {
    folding = hold(folding, article);
    return;
  }
  waiting = hold(waiting, article);
  tellWaiting();
  announcing ||= setTimeout(() => {
    announcing = 0;
    if (waiting.length) status.textContent = counted(forms, waiting.length);
  }, ANNOUNCE_MS);
}

// Nothing of an article that was taken back is left, but for its room: what is read below must not move.
function takeBack({ id }) {
  waiting = waiting.filter((article) => article.id !== id);
  folding = folding.filter((article) => article.id !== id);
  tellWaiting();
  for (const shown of feed.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) {
    shown.style.minBlockSize = `${shown.getBoundingClientRect().height}px`;
    shown.replaceChildren(takenBack(shown));
    delete shown.dataset.original;
  }
}

function takenBack(shown) {
  const note = document.createElement("p");
  note.className = "note taken-back";
  note.textContent = words.takenBack;
  if (shown.matches(".item")) note.id = shown.getAttribute("aria-labelledby");
  return note;
}

function showArrivals() {
  if (!waiting.length) return;
  // An empty feed would be none.
  feed.setAttribute("role", "feed");
  feed.setAttribute("aria-label", words.label);
  feed.setAttribute("aria-busy", "true");
  for (const old of feed.querySelectorAll(".fresh")) old.classList.remove("fresh");
  for (const article of waiting) {
    const item = makeItem(article);
    const old = shownOf(article.id);
    const copies = old?.querySelector(".copies");
    if (copies) item.querySelector(".story").append(copies);
    old?.remove();
    feed.prepend(item);
  }
  for (const article of folding) {
    const item = itemOf(article);
    if (item) addCopy(item, article);
  }
  waiting = [];
  folding = [];
  number();
  feed.setAttribute("aria-busy", "false");
  document.getElementById("empty").hidden = true;
  tellWaiting();
  status.textContent = "";
  feed.firstElementChild.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

function number() {
  [...feed.children].forEach((item, place) => {
    item.setAttribute("aria-posinset", place + 1);
    item.setAttribute("aria-setsize", -1); // how many there are is not known
  });
}

button.addEventListener("click", showArrivals);

// -- the stream ----------------------------------------------------------------------------------------------------

const live = document.getElementById("live");
const pause = document.getElementById("pause");
let source = null;
let since = null; // the cursor of the last event, for a stream that is opened anew

function setState(state) {
  live.dataset.state = state;
  document.getElementById("live-state").textContent = live.dataset[state];
}

function open() {
  const target = new URL(words.stream, location.href);
  if (since) target.searchParams.set("since", since);
  setState("connecting");
  source = new EventSource(target);
  source.addEventListener("open", () => setState("live"));
  source.addEventListener("error", () => {
    setState("away");
    // A browser gives up for good when it was answered with an error, as while Redis is away.
    if (source?.readyState === EventSource.CLOSED) setTimeout(comeBack, AGAIN_MS);
  });
  source.addEventListener("message", (event) => {
    since = event.lastEventId || since;
    arrive(JSON.parse(event.data));
  });
  source.addEventListener("removed", (event) => {
    since = event.lastEventId || since;
    takeBack(JSON.parse(event.data));
  });
}

async function comeBack() {
  // The key that was shown here may have ended: a stream does not tell why it cannot be opened.
  const answer = await fetch("/v1/articles?limit=1", { method: "HEAD" }).catch(() => null);
  if (!source) return;
  if (answer?.status === 401) setState("locked");
  else open();
}

function pauseOrResume() {
  if (source) {
    source.close();
    source = null;
    setState("paused");
  } else {
    open();
  }
  pause.textContent = source ? pause.dataset.pause : pause.dataset.resume;
}

pause.addEventListener("click", pauseOrResume);

// -- keys ----------------------------------------------------------------------------------------------------------

function current() {
  return document.activeElement?.closest(".item");
}

function move(step) {
  const items = [...feed.children];
  const at = items.indexOf(current());
  const next = items[Math.min(Math.max(at + step, 0), items.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function toFilters() {
  const filters = document.getElementById("filters");
  if (getComputedStyle(filters).position === "fixed") filters.showPopover();
  filters.querySelector("li a")?.focus();
}

function toggleCopies() {
  const copies = current()?.querySelector(".copies");
  if (copies) copies.open = !copies.open;
}

listen({
  j: () => move(1),
  k: () => move(-1),
  o: () => current()?.querySelector(".headline a")?.click(),
  v: () => visit(current()?.dataset.original),
  c: toggleCopies,
  n: showArrivals,
  p: pauseOrResume,
  "/": toFilters,
});

// The keys of a feed, as the ARIA practices have them; they are no letters, and stay when those are off.
const FEED_KEYS = {
  PageDown: () => move(1),
  PageUp: () => move(-1),
  "Control+Home": () => document.querySelector(".masthead a").focus(),
  "Control+End": () => document.querySelector(".older a, .foot a").focus(),
};
feed.addEventListener("keydown", (event) => {
  const action = FEED_KEYS[event.ctrlKey ? `Control+${event.key}` : event.key];
  if (!action || event.altKey || event.metaKey || event.shiftKey) return;
  action();
  event.preventDefault();
});

// -- start ---------------------------------------------------------------------------------------------------------

showTimes(document);
live.hidden = false;
number();
open();
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted && source) open(); // the browser kept the page as it was, its stream closed
});
