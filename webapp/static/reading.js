// Reading an article: contents that follow, links of headings to copy, a section that is gone.

import { all, copy, escaped, one, tell } from "./page.js";

const section = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));
const contents = one(".contents");
const links = all(".contents a").filter(section);

function follow() {
  const at = links.findLast((link) => section(link).getBoundingClientRect().top < innerHeight / 3) ?? links[0];
  one("[aria-current]", contents)?.removeAttribute("aria-current");
  at.setAttribute("aria-current", "true");
  contents.scrollTop = at.offsetTop - contents.clientHeight / 2;
}

if (links.length) addEventListener("scroll", follow, { passive: true });

document.addEventListener("click", (event) => {
  const link = event.target.closest(".here");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  copy(link.href, `<a href="${escaped(link.href)}">${escaped(document.title)}</a>`, "The link to this section is copied.");
});

if (one("article.text") && !one(".gone") && location.hash.length > 1 && !section(location)) {
  tell("The section you followed is no longer here: the article has changed since. This is how it stands now.", true);
}
