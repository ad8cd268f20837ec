// An article on the wire, made of text alone, as the server would have made it.

import { makeTime } from "./times.js";

const LEAD_CHARACTERS = 260; // as the server cuts them
const TITLE_CHARACTERS = 300;
const NAME_CHARACTERS = 80;
const TAGS_SHOWN = 3;
const OUTLETS_NAMED = 3;

const feed = document.getElementById("feed");
const words = feed.dataset;
const topics = JSON.parse(words.topics);
const relations = JSON.parse(words.relations);
const relationsOf = JSON.parse(words.of);
const copyForms = JSON.parse(words.copies);
const language = document.documentElement.lang;
const plural = new Intl.PluralRules(language);
const languageNames = new Intl.DisplayNames([language], { type: "language", fallback: "code" });
const countryNames = new Intl.DisplayNames([language], { type: "region", fallback: "code" });

export function counted(forms, number) {
  return forms[plural.select(number)].replace("{n}", number);
}

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

function titleLink(article) {
  const title = element("a", "", beginning(article.title, TITLE_CHARACTERS) || words.untitled);
  title.href = address(`/articles/${article.id}`, {});
  return title;
}

function sourceLink(article) {
  return link("outlet", address("/", { source: article.source }), beginning(article.source, NAME_CHARACTERS));
}

function markOf(article) {
  const mark = element("span", `mark mark-${article.duplicate.relation}`);
  mark.append(isolated(relations[article.duplicate.relation] ?? article.duplicate.relation));
  return mark;
}

// Whose it is, where that is on the page.
function markOfWhose(article) {
  const id = CSS.escape(article.duplicate.of);
  const outlet = feed.querySelector(`.item[data-id="${id}"] .outlet, .copy[data-id="${id}"] .outlet`);
  if (!outlet || words.together === undefined) return markOf(article);
  const mark = element("a", `mark mark-${article.duplicate.relation}`);
  mark.href = address(`/articles/${article.duplicate.of}`, {});
  const [before, after] = relationsOf[article.duplicate.relation].split("{other}");
  const whole = element("bdi");
  whole.lang = language;
  whole.append(before, isolated(outlet.textContent), after);
  mark.append(whole);
  return mark;
}

export function makeItem(article) {
  const item = element("article", "item fresh");
  const direction = directionOf(article);
  item.classList.toggle("turned", direction !== "auto" && direction !== document.documentElement.dir);
  item.tabIndex = 0;
  item.dataset.id = article.id;
  item.dataset.revision = article.revision.number;
  if (/^https?:\/\//u.test(article.url ?? "")) item.dataset.original = article.url;
  item.setAttribute("aria-labelledby", `title-${article.id}`);

  const when = element("div", "when");
  when.append(makeTime(article.published));

  const story = element("div", "story");
  story.dir = direction;
  const kicker = element("p", "kicker");
  const tongue = element("span", "tongue");
  tongue.append(isolated(nameOf(languageNames, article.language.code)));
  kicker.append(sourceLink(article), " ", tongue);
  if (article.duplicate) kicker.append(" ", markOfWhose(article));
  if (article.revision.number > 1) {
    const revised = link("mark mark-revised", `${address(`/articles/${article.id}`, {})}#revisions`, words.revised);
    revised.firstChild.lang = language;
    kicker.append(" ", revised);
  }

  const headline = inItsLanguage(element("h2", "headline"), article);
  headline.id = `title-${article.id}`;
  headline.append(titleLink(article));
  story.append(kicker, headline);

  const lead = beginning(article.text, LEAD_CHARACTERS);
  if (lead) story.append(inItsLanguage(element("p", "lead", lead), article));
  const tags = makeTags(article);
  if (tags.childElementCount) story.append(tags);
  item.append(when, story);
  return item;
}

function makeTags(article) {
  const tags = element("ul", "tags");
  for (const topic of article.topics.slice(0, TAGS_SHOWN)) {
    const tag = element("li", "topic");
    tag.append(link("", address("/", { topic: topic.slug }), topics[topic.slug] ?? topic.name));
    tags.append(tag);
  }
  for (const country of article.countries.slice(0, TAGS_SHOWN)) {
    const tag = element("li");
    tag.append(link("", address("/", { country: country.code }), nameOf(countryNames, country.code)));
    tags.append(tag);
  }
  return tags;
}

// -- copies, under what they repeat --------------------------------------------------------------------------------

function makeCopy(article) {
  const line = element("li", "copy");
  line.dataset.id = article.id;
  const title = inItsLanguage(titleLink(article), article);
  title.className = "copy-title";
  line.append(sourceLink(article), " ", makeTime(article.published), " ", markOf(article), " ", title);
  return line;
}

export function addCopy(item, article) {
  let copies = item.querySelector(".copies");
  if (!copies) {
    copies = element("details", "copies");
    copies.dir = document.documentElement.dir;
    copies.append(element("summary"), element("ol"));
    item.querySelector(".story").append(copies);
  }
  const lines = copies.querySelector("ol");
  lines.querySelector(`[data-id="${CSS.escape(article.id)}"]`)?.remove();
  lines.append(makeCopy(article));
  nameCopies(copies, lines);
}

function nameCopies(copies, lines) {
  const outlets = [...new Set([...lines.querySelectorAll(".outlet")].map((outlet) => outlet.textContent))];
  const summary = copies.querySelector("summary");
  summary.replaceChildren(element("span", "copies-count", counted(copyForms, lines.childElementCount)));
  for (const outlet of outlets.slice(0, OUTLETS_NAMED)) summary.append(" ", isolated(outlet));
  if (outlets.length > OUTLETS_NAMED) summary.append(" …");
}
