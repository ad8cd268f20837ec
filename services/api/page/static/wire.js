// The wire, live: what arrives waits behind a button, so that nothing moves under the reader's eyes.

const HELD = 200; // arrivals kept ready to be shown; older ones are on the page when it is loaded again
const ANNOUNCE_MS = 8000; // a screen reader hears a count, not every headline
const LEAD_CHARACTERS = 260; // as the server cuts them
const TITLE_CHARACTERS = 300;
const NAME_CHARACTERS = 80;

const feed = document.getElementById("feed");
const words = feed.dataset;
const language = words.ui;
const plural = new Intl.PluralRules(language);
const forms = JSON.parse(words.new);
const topics = JSON.parse(words.topics);
const relations = JSON.parse(words.relations);
const locale = language === "en" ? "en-GB" : `${language}-u-nu-latn`; // one family of digits, as the server writes them
const languageNames = new Intl.DisplayNames([language], { type: "language", fallback: "code" });
const countryNames = new Intl.DisplayNames([language], { type: "region", fallback: "code" });

// -- times: the reader's own zone, and no more exact than they are known ------------------------------------------

const clockFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayFormats = {
  year: new Intl.DateTimeFormat(locale, { year: "numeric", timeZone: "UTC" }),
  month: new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" }),
  day: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }),
  local: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }),
};
const DATE_CHARACTERS = { day: 10, month: 7, year: 4 }; // of 2026-01-28T00:00:00Z
const EXACT = new Set(["second", "minute", "hour"]);

function showTime(time) {
  const at = new Date(time.dateTime);
  const exact = EXACT.has(time.dataset.precision);
  if (Number.isNaN(at.valueOf())) return;
  time.replaceChildren();
  if (exact) time.append(element("span", "clock", clockFormat.format(at)));
  time.append(element("span", "day", (exact ? dayFormats.local : dayFormats[time.dataset.precision]).format(at)));
}

// -- an article, made of text alone --------------------------------------------------------------------------------

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function isolated(text) {
  return element("bdi", "", text);
}

function address(path, filters) {
  const query = new URLSearchParams(filters);
  if (words.asked) query.set("ui", words.asked);
  return query.size ? `${path}?${query}` : path;
}

function link(className, href, label) {
  const made = element("a", className);
  made.href = href;
  made.append(isolated(label));
  return made;
}

function nameOf(names, code) {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

function beginning(text, characters) {
  const line = text.slice(0, characters * 4).split(/\s+/u).filter(Boolean).join(" ");
  if (line.length <= characters) return line;
  const cut = line.slice(0, characters + 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 0)) || line.slice(0, characters)}…`;
}

function directionOf(article) {
  return article.language.code === "und" ? "auto" : article.language.direction;
}

function inItsLanguage(made, article) {
  made.lang = article.language.code;
  made.dir = directionOf(article);
  return made;
}

function makeItem(article) {
  const item = element("article", "item fresh");
  item.tabIndex = -1;
  item.dataset.id = article.id;
  item.dataset.revision = article.revision.number;

  const time = element("time");
  time.dateTime = article.published.at.slice(0, DATE_CHARACTERS[article.published.precision]);
  time.dataset.precision = article.published.precision;
  showTime(time);
  const when = element("div", "when");
  when.append(time);

  const story = element("div", "story");
  story.dir = directionOf(article);
  const kicker = element("p", "kicker");
  kicker.append(link("outlet", address("/", { source: article.source }), beginning(article.source, NAME_CHARACTERS)), " ");
  const tongue = element("span", "tongue");
  tongue.append(isolated(nameOf(languageNames, article.language.code)));
  kicker.append(tongue);
  if (article.duplicate) {
    const mark = element("span", `mark mark-${article.duplicate.relation}`);
    mark.append(isolated(relations[article.duplicate.relation] ?? article.duplicate.relation));
    kicker.append(" ", mark);
  }

  const headline = inItsLanguage(element("h2", "headline"), article);
  const title = element("a", "", beginning(article.title, TITLE_CHARACTERS) || words.untitled);
  title.href = address(`/articles/${article.id}`, {});
  headline.append(title);
  story.append(kicker, headline);

  const lead = beginning(article.text, LEAD_CHARACTERS);
  if (lead) story.append(inItsLanguage(element("p", "lead", lead), article));
  const tags = element("ul", "tags");
  for (const topic of article.topics.slice(0, 3)) {
    const tag = element("li", "topic");
    tag.append(link("", address("/", { topic: topic.slug }), topics[topic.slug] ?? topic.name));
    tags.append(tag);
  }
  for (const country of article.countries.slice(0, 3)) {
    const tag = element("li");
    tag.append(link("", address("/", { country: country.code }), nameOf(countryNames, country.code)));
    tags.append(tag);
  }
  if (tags.childElementCount) story.append(tags);
  item.append(when, story);
  return item;
}

// -- arrivals ------------------------------------------------------------------------------------------------------

const button = document.getElementById("arrivals");
const status = document.getElementById("arrivals-status");
const pageTitle = document.title;
let waiting = []; // newest last
let announcing = 0;

function count() {
  return forms[plural.select(waiting.length)].replace("{n}", waiting.length);
}

function isNews(article) {
  const shown = feed.querySelector(`[data-id="${CSS.escape(article.id)}"]`);
  return !shown || Number(shown.dataset.revision) < article.revision.number;
}

function arrive(article) {
  if (!isNews(article)) return;
  waiting = waiting.filter((other) => other.id !== article.id);
  waiting.push(article);
  if (waiting.length > HELD) waiting.shift();
  button.textContent = count();
  button.hidden = false;
  document.title = `(${waiting.length}) ${pageTitle}`;
  announcing ||= setTimeout(() => {
    announcing = 0;
    if (waiting.length) status.textContent = count();
  }, ANNOUNCE_MS);
}

function showArrivals() {
  if (!waiting.length) return;
  // An empty feed would be none.
  feed.setAttribute("role", "feed");
  feed.setAttribute("aria-label", words.label);
  feed.setAttribute("aria-busy", "true");
  for (const old of feed.querySelectorAll(".fresh")) old.classList.remove("fresh");
  for (const article of waiting) {
    feed.querySelector(`[data-id="${CSS.escape(article.id)}"]`)?.remove();
    feed.prepend(makeItem(article));
  }
  waiting = [];
  number();
  feed.setAttribute("aria-busy", "false");
  document.getElementById("empty").hidden = true;
  button.hidden = true;
  status.textContent = "";
  document.title = pageTitle;
  const newest = feed.firstElementChild;
  newest.focus({ preventScroll: true });
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
    if (source?.readyState === EventSource.CLOSED) setTimeout(() => source && open(), 5000);
  });
  source.addEventListener("message", (event) => {
    since = event.lastEventId || since;
    arrive(JSON.parse(event.data));
  });
}

pause.addEventListener("click", () => {
  if (source) {
    source.close();
    source = null;
    setState("paused");
  } else {
    open();
  }
  pause.textContent = source ? pause.dataset.pause : pause.dataset.resume;
});

// -- keys: single letters, off at a switch, and the same places on a keyboard of another script --------------------

const keysOn = document.getElementById("keys-on");
try {
  keysOn.checked = localStorage.getItem("keys") !== "off";
} catch {
  // Without storage the switch holds for this page.
}
keysOn.addEventListener("change", () => {
  try {
    localStorage.setItem("keys", keysOn.checked ? "on" : "off");
  } catch {
    // As above.
  }
});

function move(step) {
  const items = [...feed.children];
  const at = items.indexOf(document.activeElement?.closest(".item"));
  const next = items[Math.min(Math.max(at + step, 0), items.length - 1)];
  next?.focus();
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => document.activeElement?.closest(".item")?.querySelector(".headline a").click(),
  n: showArrivals,
  "/": () => {
    const filters = document.getElementById("filters");
    if (getComputedStyle(filters).position === "fixed") filters.showPopover();
    filters.querySelector("li a")?.focus();
  },
};

function letter(event) {
  if (/^[a-z/]$/iu.test(event.key)) return event.key.toLowerCase();
  const place = /^Key([A-Z])$/u.exec(event.code);
  return place ? place[1].toLowerCase() : event.code === "Slash" ? "/" : "";
}

document.addEventListener("keydown", (event) => {
  if (!keysOn.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === "PageDown" && event.target.closest(".feed")) {
    move(1);
    event.preventDefault();
  } else if (event.key === "PageUp" && event.target.closest(".feed")) {
    move(-1);
    event.preventDefault();
  } else if (Object.hasOwn(ACTIONS, letter(event))) {
    ACTIONS[letter(event)]();
    event.preventDefault();
  }
});

// -- start ---------------------------------------------------------------------------------------------------------

for (const time of feed.querySelectorAll("time")) showTime(time);
const zone = document.getElementById("zone");
zone.textContent = zone.dataset.local;
document.getElementById("keys").hidden = false;
live.hidden = false;
number();
open();
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted && source) open(); // the browser kept the page as it was, its stream closed
});
