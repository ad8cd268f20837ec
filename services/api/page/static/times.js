// Times in the reader's own zone, and no more exact than they are known.

const language = document.documentElement.lang;
export const locale = language === "en" ? "en-GB" : `${language}-u-nu-latn`; // one family of digits, as the server writes them

const EXACT = { second: { minute: "2-digit", second: "2-digit" }, minute: { minute: "2-digit" }, hour: { minute: "2-digit" } };
const COARSE = { month: { month: "short", year: "numeric", timeZone: "UTC" }, year: { year: "numeric", timeZone: "UTC" } };
const DATE_CHARACTERS = { day: 10, month: 7, year: 4 }; // of 2026-01-28T00:00:00Z
const formats = new Map();

function format(at, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, options));
  return formats.get(key).format(at);
}

function span(className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}

export function makeTime(published) {
  const time = document.createElement("time");
  time.dateTime = published.at.slice(0, DATE_CHARACTERS[published.precision]);
  time.dataset.precision = published.precision;
  showTime(time);
  return time;
}

export function showTime(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  const { precision, long } = time.dataset;
  if (long !== undefined) showLong(time, at, EXACT[precision]);
  else if (precision in EXACT) time.replaceChildren(span("clock", clock(at, EXACT.minute)), " ", span("day", day(at)));
  else time.replaceChildren(span("day", precision === "day" ? day(at, "UTC") : format(at, COARSE[precision])));
}

function clock(at, precise) {
  return format(at, { hour: "2-digit", hourCycle: "h23", ...precise });
}

function day(at, timeZone) {
  const options = { day: "numeric", month: "short", timeZone };
  // Of this year, the year is understood.
  if (at.getFullYear() !== new Date().getFullYear()) options.year = "numeric";
  return format(at, options);
}

// Without a time of day there is nothing that a zone would change: it stays as the server wrote it.
function showLong(time, at, precise) {
  if (!precise) return;
  const target = time.querySelector("bdi") ?? time;
  const date = format(at, { day: "numeric", month: "long", year: "numeric" });
  target.textContent = `${date}${language === "ar" ? "،" : ","} ${clock(at, precise)}`;
}

export function showTimes(root) {
  for (const time of root.querySelectorAll("time[data-precision]")) showTime(time);
  const zone = document.getElementById("zone");
  if (zone) zone.textContent = zone.dataset.local;
}
