// Asking: results that follow the typing, suggestions, recent searches.

import { all, fetchPage, kept, make, one, Refusal, tell, UNREACHABLE } from "./page.js";
import { focusFirstHit } from "./passages.js";

const PAUSE = 250; // ms without typing, after which the results follow
const DOUBT = 700; // ms before "nothing found" for what may be half a word
const SLOW = 1000;
const RETRY = 3000;
const GAP = 120; // ms between two requests for suggestions
const FRESH = 30000; // ms after which a page's server may have gone
const LONGEST_BY_GET = 1000;
const MESSAGE = 200; // characters; what is pasted and longer is a message, not a question

const main = one("main");
const form = one(".bar .ask");
const box = one("#q"); // a message has a textarea, which the results do not follow
const recent = kept("recent", []);
let here = location.pathname + location.search; // the address of what is shown
let newest; // the request whose answer may be shown
let timer;
let typing = false; // further typing takes over the last place in the history

// Results

const follows = () => box.matches("input") && [new URL(form.action).pathname, "/"].includes(location.pathname);

function addressOf(asking) {
  const fields = [...new FormData(asking)].filter(([, value]) => value);
  return `${new URL(asking.action).pathname}?${new URLSearchParams(fields)}`;
}

async function show(address, { enter = true, hasty = false } = {}) {
  newest?.abort();
  clearTimeout(timer);
  typing &&= hasty || address !== here; // what is shown was asked for with Enter: it keeps its place
  const mine = (newest = new AbortController());
  const slow = setTimeout(tell, SLOW, "Answerdesk is slow to answer. Still waiting…", true);
  main.setAttribute("aria-busy", "true");
  try {
    const page = await fetchPage(address, { signal: mine.signal });
    if (hasty && one("#nothing-found", page)) await new Promise((done) => setTimeout(done, DOUBT));
    if (mine !== newest) return;
    if (enter && address !== here) enterHistory(address);
    here = address;
    typing = hasty;
    swap(page);
    tell("");
  } catch (error) {
    if (mine !== newest) return;
    if (error instanceof Refusal) return tell(error.message, true);
    tell(`${UNREACHABLE} What you see is from before. Trying again…`, true);
    timer = setTimeout(show, RETRY, address, { enter, hasty });
  } finally {
    clearTimeout(slow);
    if (mine === newest) main.removeAttribute("aria-busy");
  }
}

function enterHistory(address) {
  if (typing) return history.replaceState(null, "", address);
  history.replaceState({ scroll: scrollY }, "");
  history.pushState(null, "", address);
}

function swap(page) {
  const focused = document.activeElement;
  const open = one(".filters")?.open;
  document.title = page.title;
  main.replaceChildren(...one("main", page).childNodes);
  all("input[type=hidden]", form).forEach((field) => field.remove());
  form.append(...all(".bar .ask input[type=hidden]", page));
  if (open && one(".filters")) one(".filters").open = true;
  if (!focused.isConnected && focused.closest(".hits")) focusFirstHit();
  else if (!focused.isConnected) {
    all(".filters [name]").find(({ name, value }) => name === focused.name && value === focused.value)?.focus();
  }
  one("#count").textContent = one("h1", main).textContent;
}

addEventListener("popstate", async (event) => {
  if (location.pathname + location.search === here) return; // to another place in this page
  typing = false;
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  close();
  await show(location.pathname + location.search, { enter: false });
  scrollTo(0, event.state?.scroll ?? 0);
});

document.addEventListener("change", ({ target }) => {
  const filters = target.closest(".filters form");
  if (filters?.method === "post") filters.requestSubmit();
  else if (filters) show(addressOf(filters));
});

form.addEventListener("submit", (event) => {
  close();
  if (!box.matches("input")) return;
  form.method = box.value.length > LONGEST_BY_GET ? "post" : "get";
  if (form.method === "post" || !box.value.trim()) return;
  remember(box.value.trim());
  if (!follows()) return;
  event.preventDefault();
  show(addressOf(form));
});

// A message goes by POST, as a new page: in no address and no history. From a page that was open for long, first a look
// whether it will arrive: else its text would be gone.
let arrives = false;
document.addEventListener("submit", async (event) => {
  if (event.defaultPrevented || event.target.method !== "post" || arrives || performance.now() < FRESH) return;
  event.preventDefault();
  try {
    await fetch("/healthz");
    arrives = true;
    event.target.requestSubmit(event.submitter);
  } catch {
    tell(`${UNREACHABLE} Your text is still here: send it again in a moment.`, true);
  }
});

box.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (!box.matches("input") || (text.length <= MESSAGE && !text.trim().includes("\n"))) return;
  event.preventDefault();
  const sending = make("form", make("textarea", text, { name: "q" }), { action: form.action, method: "post", hidden: true });
  document.body.append(sending);
  sending.requestSubmit();
});

// Suggestions

const list = make("ul", "", { id: "suggestions", role: "listbox", ariaLabel: "Suggestions", hidden: true });
let offered = [];
let active = -1;
let suggesting;
let suggestedAt = -GAP;
let suggestTimer;
let unavailable = false;

function offer(items) {
  offered = items;
  list.replaceChildren(
    ...items.map(({ text, kind }, n) => {
      const option = make("li", make("bdi", text), { id: `suggestion-${n}`, role: "option", ariaSelected: "false" });
      option.append(make("span", { title: "article", heading: "section" }[kind] ?? kind, { className: "note" }));
      return option;
    }),
  );
  list.hidden = !items.length;
  box.ariaExpanded = String(!list.hidden);
  point(-1);
}

function point(at) {
  active = at;
  [...list.children].forEach((option, n) => (option.ariaSelected = String(n === at)));
  if (at < 0) box.removeAttribute("aria-activedescendant");
  else box.setAttribute("aria-activedescendant", `suggestion-${at}`);
}

function close() {
  clearTimeout(suggestTimer);
  suggesting?.abort();
  if (!list.hidden) offer([]);
}

function choose({ text, kind, link }) {
  close();
  if (link) return location.assign(link);
  if (!kind) return recent.set([]);
  box.value = text;
  form.requestSubmit();
}

async function suggest() {
  suggestedAt = performance.now();
  const text = box.value.trim();
  const mine = (suggesting = new AbortController());
  try {
    const response = await fetch(`/api/v1/suggest?q=${encodeURIComponent(text)}`, { signal: mine.signal });
    unavailable = response.status === 404;
    if (!response.ok) return;
    const { suggestions } = await response.json();
    if (!mine.signal.aborted && document.activeElement === box) offer([...recentLike(text).slice(0, 2), ...suggestions]);
  } catch {} // that the server is away is said with the results
}

function typed() {
  const text = box.value.trim();
  clearTimeout(suggestTimer);
  suggesting?.abort();
  if (text.length < 2 || text.length > MESSAGE) offer([]);
  else if (!unavailable) suggestTimer = setTimeout(suggest, Math.max(0, suggestedAt + GAP - performance.now()));
  clearTimeout(timer);
  if (text.length < 2 || box.value.length > LONGEST_BY_GET || !follows()) return;
  timer = setTimeout(() => show(addressOf(form), { hasty: true }), PAUSE);
}

function onKey(event) {
  if (event.isComposing) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (steps && !list.hidden) {
    const places = offered.length + 1; // one of them is the box itself
    point(((active + 1 + steps + places) % places) - 1);
  } else if (event.key === "ArrowDown" && !box.value && recent.get().length) offerRecent();
  else if (event.key === "ArrowDown") focusFirstHit();
  else if (event.key === "Enter" && active >= 0) choose(offered[active]);
  else if (event.key === "Escape") list.hidden ? (focusFirstHit() ?? box.blur()) : close();
  else return;
  event.preventDefault();
}

if (box.matches("input")) {
  Object.assign(box, { role: "combobox", ariaExpanded: "false", ariaAutoComplete: "list" });
  box.setAttribute("aria-controls", list.id);
  box.after(list);
  box.addEventListener("input", (event) => event.isComposing || typed());
  box.addEventListener("compositionend", typed);
  box.addEventListener("click", () => box.value || offerRecent());
  box.addEventListener("keydown", onKey);
  box.addEventListener("blur", () => {
    close();
    typing = false;
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const at = [...list.children].indexOf(target.closest("li"));
    if (at >= 0) choose(offered[at]);
  });
}

// Recent searches are in this browser only; pasted messages are not among them

function remember(text) {
  if (text.length <= MESSAGE) recent.set([text, ...recent.get().filter((other) => other !== text)].slice(0, 8));
}

function recentLike(text) {
  const like = recent.get().filter((other) => other !== text && other.includes(text));
  return like.map((found) => ({ text: found, kind: "recent" }));
}

function offerRecent() {
  const found = recentLike("");
  if (found.length) offer([...found, { text: "Erase recent searches", kind: "" }]);
}
