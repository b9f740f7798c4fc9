// What the other scripts share.

export const one = (selector, where = document) => where.querySelector(selector);
export const all = (selector, where = document) => [...where.querySelectorAll(selector)];

export function make(tag, text = "", facts = {}) {
  const made = Object.assign(document.createElement(tag), facts);
  made.append(text);
  return made;
}

let clearing;

// Show a line at the bottom of the window, which screen readers say; unless it is to stay, it goes by itself.
export function tell(words, stays = false) {
  clearTimeout(clearing);
  one("#news").textContent = words;
  if (words && !stays) clearing = setTimeout(tell, 5000, "");
}

let store = {}; // where a browser keeps nothing, things last as long as the page
try {
  store = localStorage;
} catch {}

// A value that the tabs of this browser share.
export function kept(name, start) {
  const key = `answerdesk.${name}`;
  return {
    get: () => JSON.parse(store[key] ?? null) ?? start,
    set: (value) => (store[key] = JSON.stringify(value)),
  };
}

// What the server answers, in words, where it does not answer with the page.
export class Refusal extends Error {}

export async function fetchPage(address, options) {
  const response = await fetch(address, options);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!response.ok) throw new Refusal(one("[role=alert]", page)?.textContent ?? "That did not work.");
  return page;
}

export const UNREACHABLE = "Answerdesk cannot be reached.";

// Copy plain and rich text at once. Unlike the clipboard API the event leaves both as they are, and needs no TLS.
export function copy(plain, rich, done) {
  const put = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/plain", plain);
    event.clipboardData.setData("text/html", rich);
  };
  document.addEventListener("copy", put);
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", put);
  tell(copied ? done : "This browser did not copy it: mark the text and copy it by hand.");
}

export const escaped = (text) => make("p", text).innerHTML;
