// Adding articles: progress that follows by itself.

import { fetchPage, one, tell, UNREACHABLE } from "./page.js";

const EVERY = 500; // ms

async function follow() {
  if (!one(".progress")) return;
  try {
    const page = await fetchPage(location.pathname);
    const progress = one(".progress", page);
    if (progress) one(".progress").replaceChildren(...progress.childNodes);
    else {
      one("main").replaceChildren(...one("main", page).childNodes);
      one("#work")?.focus();
    }
    tell("");
  } catch {
    tell(UNREACHABLE, true);
  }
  setTimeout(follow, EVERY);
}

follow();
