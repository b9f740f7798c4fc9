"""What the words in an element's class and id say it is for."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Literal

Purpose = Literal["around", "slight", "doubtful", ""]

# Around an article, however long: never its own text.
_AROUND = frozenset(
    """
    sidebar cookie cookies consent gdpr popup modal comment comments disqus respond related recommend recommended
    recommendation recommendations similar newsletter subscribe subscription signup optin ad ads advert adverts
    advertisement advertising sponsor sponsored readnext alsolike morefrom moreposts morearticles morestories
    login copyright authorbio authorbox authorinfo authorcard authorblock authorsection
    """.split()
)
# Around an article as a rule; with headings and paragraphs of its own it is content under an odd name.
_SLIGHT = frozenset(
    """
    nav navbar navigation menu foot footer breadcrumb breadcrumbs share sharing social socialmedia reply readmore
    pagination pager skiplink skipto byline taglist tagcloud toc tableofcontents tableofcontent
    """.split()
)
# Around an article when there is little prose in it.
_DOUBTFUL = frozenset(
    """
    promo promos promotion promotions banner author authors biography bio meta metadata tag tags category categories
    prev previous next print rating ratings cta calltoaction carousel slider teaser teasers credit credits
    disclaimer feedback survey toolbar trending popular latest upsell donate follow contents jump postlist
    """.split()
)
_STYLING = re.compile(
    r"[:\[/]|(?:no|has|with|without|is)[-_]?(?:side|nav|menu|foot)|--(?:false|true|off|on|none)$|enabled|disabled"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LONGEST_NAME = 5  # words; a longer name was made from the words of a heading


@lru_cache(maxsize=20_000)
def purpose(names: str) -> Purpose:
    """Return what the classes and the id of an element, separated by spaces, say of it."""
    found: Purpose = ""
    for name in names.split():
        if _STYLING.search(name.lower()):
            continue
        words = [word.lower() for word in re.findall(_WORD, name)]
        if len(words) > _LONGEST_NAME:
            continue
        joined = [*words, *map("".join, pairwise(words))]
        joined += map("".join, zip(words, words[1:], words[2:], strict=False))
        if not _AROUND.isdisjoint(joined):
            return "around"
        if not _SLIGHT.isdisjoint(joined):
            found = "slight"
        elif not found and not _DOUBTFUL.isdisjoint(joined):
            found = "doubtful"
    return found
