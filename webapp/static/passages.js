// What is done with a passage, and the keys for it.

import { all, copy, escaped, fetchPage, kept, make, one, Refusal, tell, UNREACHABLE } from "./page.js";

const holder = (element) => element?.closest("[data-passage-id], [data-passage]");
const hits = () => all("main [data-passage-id]");
let last; // the hit that was used last

function current() {
  if (!last?.isConnected) last = one("[data-passage]") ?? hits()[0];
  return (last = holder(document.activeElement) ?? last);
}

export function focusFirstHit() {
  const first = one(".hit h2 a");
  first?.focus();
  return first;
}

// Copying

// A hit that is shown above has no text of its own.
const whole = (held, page = document) =>
  one("blockquote", held) ? held : one(`[data-passage-id="${held.dataset.passageId}"]:has(blockquote)`, page);

function passageOf(held) {
  const quoted = one("blockquote", held);
  const cited = one(".citation", held);
  return {
    id: held.dataset.passageId ?? held.dataset.passage,
    title: (one("h2 a", held) ?? one("h1")).textContent,
    text: quoted.textContent,
    lang: quoted.closest("[lang]").lang,
    dir: quoted.closest("[dir]").dir,
    citation: cited.textContent,
    citedRich: cited.innerHTML,
  };
}

const plain = ({ text, citation }) => `${text}\n\n${citation}`;

// Line ends stay beside their <br>: read back as text, it is the passage again.
const rich = ({ text, lang, dir, citedRich }) =>
  `<blockquote lang="${lang}" dir="${dir}">${escaped(text).replaceAll("\n", "<br>\n")}</blockquote>\n<p>${citedRich}</p>`;

// First ask, where a review is overdue or there are cautions. No promise: copying needs the very click.
function askFirst(held, use) {
  const reasons = held.dataset.ask?.split("\n") ?? all(".cautions li, .overdue", held).map((one) => one.textContent);
  if (!reasons.length) return use();
  const dialog = one("#sure");
  one("ul", dialog).replaceChildren(...reasons.map((reason) => make("li", reason)));
  one("form", dialog).onsubmit = (event) => event.submitter.value && use();
  dialog.showModal();
}

// Of a hit that is shown in part, the rest comes before it is used.
async function complete(held) {
  const response = await fetch(`/api/v1/passages/${held.dataset.passageId}`);
  if (!response.ok) throw new Refusal("The passage is no longer here.");
  one("blockquote", held).textContent = (await response.json()).text;
  one(".part", held).remove();
}

const use = (name) => (hit) => {
  const held = whole(hit);
  if (!one(".part", held)) return using[name](held);
  inPlace(complete(held).then(() => using[name](held)));
};

const using = {
  copy(held) {
    const passage = passageOf(held);
    askFirst(held, () => copy(plain(passage), rich(passage), "Copied, with its citation."));
  },
  keep(held) {
    const passage = passageOf(held);
    if (tray.get().some(({ id }) => id === passage.id)) return tell("It is in the reply already.");
    askFirst(held, () => {
      keepTray([...tray.get(), passage]);
      tell("Added to the reply.");
    });
  },
};

const doing = {
  copy: use("copy"),
  keep: use("keep"),
  judge(held) {
    one("#judge [name=passage_id]").value = held.dataset.passageId;
    one("#judge").showModal();
  },
};

// The reply: passages in order, in this browser

const tray = kept("reply", []);

function keepTray(passages) {
  tray.set(passages);
  showTray();
}

function showTray() {
  const passages = tray.get();
  one("#tray-count").textContent = passages.length;
  all("#tray [data-tray]").forEach((button) => (button.disabled = !passages.length));
  one("#tray ol").replaceChildren(
    ...passages.map(({ title, text, lang, dir }, n) => {
      const item = make("li", make("strong", title));
      item.append(make("blockquote", text, { lang, dir, tabIndex: 0 }));
      for (const [words, to] of [["Up", n - 1], ["Down", n + 1], ["Remove", null]]) {
        if (to === null || passages[to]) item.append(make("button", words, { className: "link", onclick: () => move(n, to, words) }));
      }
      return item;
    }),
  );
}

function move(from, to, words) {
  const passages = tray.get();
  const [moved] = passages.splice(from, 1);
  if (to !== null) passages.splice(to, 0, moved);
  keepTray(passages);
  const buttons = all("button", one("#tray ol").children[to ?? from] ?? one("#tray ol"));
  (buttons.find((button) => button.textContent === words) ?? buttons[0] ?? one("#tray-close")).focus();
}

addEventListener("storage", showTray);
addEventListener("pageshow", showTray);

// In place: more of an article, and why a passage was found

function asksInPlace(link) {
  if (link.href) return [new URL(link.href), {}];
  const body = new FormData(link.form, link);
  const address = new URL(link.getAttribute("formaction") ?? link.form.action, location);
  if (link.form.method === "post") return [address, { method: "POST", body }];
  address.search = new URLSearchParams(body);
  return [address, {}];
}

async function openMore(link) {
  const held = holder(link);
  const opened = one(":scope > .hits", held.parentElement);
  if (opened) {
    opened.hidden = !opened.hidden;
    return (link.ariaExpanded = String(!opened.hidden));
  }
  const [address, options] = asksInPlace(link);
  (options.body ?? address.searchParams).set("limit", 50);
  const page = await fetchPage(address, options);
  const there = new Set(hits().map((hit) => hit.dataset.passageId));
  const found = one(".hits[start]", page);
  for (const item of [...found.children]) {
    const hit = one("[data-passage-id]", item);
    if (there.has(hit.dataset.passageId)) item.remove();
    else hit.replaceWith(whole(hit, page));
    one(".more", item)?.remove();
  }
  held.after(found);
  link.ariaExpanded = "true";
}

async function explain(held) {
  const shown = one(".why", held);
  if (shown.matches("details")) return (shown.open = !shown.open);
  const page = await fetchPage(...asksInPlace(shown));
  const details = one(`[data-passage-id="${held.dataset.passageId}"] .why`, page);
  const focused = shown.contains(document.activeElement);
  shown.replaceWith(details);
  if (focused) one("summary", details).focus();
}

// What a message found opens by POST, too: with its matches, and the message in no address.
function openPosted(held, target = "") {
  const button = one(".open", held);
  if (button) button.formTarget = target;
  button?.click();
  return button;
}

// Feedback

document.addEventListener("submit", async (event) => {
  const { target, submitter } = event;
  if (!target.matches(".say")) return;
  event.preventDefault();
  try {
    const response = await fetch(target.action, { method: "POST", body: new FormData(target, submitter) });
    if (!response.ok) throw new Refusal((await response.json()).error.message);
    tell(`Thank you. Kept: ${submitter.textContent}.`);
    target.reset();
    target.closest("dialog")?.close();
    target.closest("details")?.removeAttribute("open");
  } catch (error) {
    refused(error);
  }
});

const refused = (error) => tell(error instanceof Refusal ? error.message : UNREACHABLE);
const inPlace = (work) => work.catch(refused);

document.addEventListener("click", (event) => {
  const { target } = event;
  const act = target.closest("[data-do]");
  const link = target.closest(".more, .why:not(details)");
  if (act) return doing[act.dataset.do]((last = holder(act)));
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target.closest(".hit h2 a") && openPosted(holder(target))) event.preventDefault();
  if (!link) return;
  event.preventDefault();
  inPlace(link.matches(".more") ? openMore(link) : explain(holder(link)));
});

// Dialogs

one("#tray-open").onclick = () => one("#tray").showModal();
one("#keys-open").onclick = () => one("#keys").showModal();
one("#tray [data-tray=copy]").onclick = () => copy(tray.get().map(plain).join("\n\n"), tray.get().map(rich).join("\n"), "The whole reply is copied.");
one("#tray [data-tray=empty]").onclick = () => {
  keepTray([]);
  one("#tray-close").focus();
};

// Keys

const keysOn = kept("keys", true);
one("#keys-on").checked = keysOn.get();
one("#keys-on").onchange = ({ target }) => keysOn.set(target.checked);

function step(by) {
  const list = hits();
  if (!list.length) return one(by > 0 ? ".found .next" : ".found .previous")?.click();
  const at = list.indexOf(holder(document.activeElement));
  const hit = list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)];
  one("h2 a", hit).focus({ preventScroll: true });
  hit.scrollIntoView({ block: "nearest" });
}

const onHit = () => document.activeElement.matches(".hit h2 a");
const withCurrent = (use) => () => current() && use(current());
const keys = {
  "/": () => one("#q").select(),
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => (onHit() ? step(1) : false),
  ArrowUp: () => (onHit() ? step(-1) : false),
  o: withCurrent((held) => openPosted(held, "_blank") || open(one("h2 a", held)?.href ?? location.href, "_blank", "noopener")),
  c: withCurrent(doing.copy),
  s: withCurrent(doing.keep),
  e: withCurrent((held) => one(".why", held) && inPlace(explain(held))),
  r: () => one("#tray").showModal(),
  "?": () => one("#keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!keysOn.get() || one("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  if (Object.hasOwn(keys, event.key) && keys[event.key]() !== false) event.preventDefault();
});
