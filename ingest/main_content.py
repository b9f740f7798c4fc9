"""Where the article stands in a page: the smallest part that holds its paragraphs, without what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ingest.html_tree import INLINE, Element, find_all, remove, text_of

_PROSE = 60  # characters of a block's own text, links aside, from which it counts as prose
_HOLDS = 0.75  # share of the prose that a part must hold for the search to go on inside it
_MARKED = 0.5  # the same for a part that is marked as the article
_CONTAINERS = frozenset("div section aside header footer ul ol li span article figure form a dl table".split())
_STYLE = re.compile(
    r"[:\[/]|(?:no|has|with|without|is)-?(?:side|nav|menu|foot)|--(?:false|true|off|on|none)$|enabled|disabled"
)
_HEADED = "boolean(.//h2 | .//h3 | .//h4 | .//h5)"
_BULK = 0.4  # a part with this share of the prose is content whatever it is called

_NAVIGATION = frozenset(("nav", "footer", "form", "menu"))
_ROLES = frozenset(
    "navigation banner contentinfo search complementary menu menubar dialog alertdialog form toolbar tablist".split()
)
# Words in class and id that say what a part is for. The first group is never the article's own text;
# a part named by the second is left out when it holds little prose for its size.
_SURROUNDING = re.compile(
    r"(?<![a-z0-9])(?:nav(?:bar|igation)?|menu|foot(?:er)?|side-?bar|bread-?crumbs?|cookies?|consent|gdpr|pop-?up|modal|"
    r"share|sharing|social(?:-?(?:media|links?|icons?))?|comments?|disqus|respond|reply|related|recommend(?:ed|ations)?|similar|"
    r"read-?(?:more|next)|also-?like|more-?(?:from|posts|articles|stories)|newsletter|subscri(?:be|ption)|sign-?up|opt-?in|"
    r"advert(?:isement|ising)?s?|ads?|sponsor(?:ed)?|pagination|pager|skip-?(?:link|to)|login|"
    r"author-?(?:bio|box|info|card|block|section)|byline|tag-?(?:list|cloud)|table-?of-?contents?|toc|copyright"
    r")(?![a-z0-9])"
)
_DOUBTFUL = re.compile(
    r"(?<![a-z0-9])(?:promo(?:tion)?s?|banner|authors?|biography|bio|meta(?:data)?|tags?|categor(?:y|ies)|prev(?:ious)?|next|print|"
    r"ratings?|cta|call-?to-?action|carousel|slider|teasers?|credits?|disclaimer|feedback|survey|toolbar|"
    r"trending|popular|latest|upsell|donate|follow|contents|jump|post-?list)(?![a-z0-9])"
)


@dataclass(slots=True)
class Weight:
    """What a part of the page holds, in characters."""

    text: int = 0  # all of it
    linked: int = 0  # inside links
    prose: int = 0  # in paragraphs
    own: int = 0  # in no inner block
    own_linked: int = 0


Drop = Callable[[str], None]


def weigh(root: Element) -> dict[Element, Weight]:
    """Measure every element of the tree with all that is inside it."""
    elements = list(root.iter())
    weights = {element: Weight() for element in elements}
    for element in reversed(elements):
        weight = weights[element]
        text = element.text
        if text:
            length = len(text.strip())
            weight.text += length
            weight.own += length
        if element.tag == "a":
            weight.linked = weight.text
            weight.own_linked = weight.own
        inline = element.tag in INLINE
        if not inline and weight.own - weight.own_linked >= _PROSE:
            weight.prose += weight.own
        parent = element.getparent()
        if parent is None or element is root:
            break
        above = weights[parent]
        tail = element.tail
        length = len(tail.strip()) if tail else 0
        above.text += weight.text + length
        above.linked += weight.linked
        above.prose += weight.prose
        above.own += length
        if inline:
            above.own += weight.own
            above.own_linked += weight.own_linked
    return weights


def find(root: Element, drop: Drop) -> Element:
    """Return the part of the page that is the article, cleared of what is not; `drop` gets the text taken out."""
    body = root.find("body")
    if body is None:
        body = root
    _clear(body, weigh(body), drop)
    weights = weigh(body)
    part = _descend(body, weights)
    _clear_inside(part, weights, drop)
    return part


def _take_out(element: Element, drop: Drop) -> None:
    drop(text_of(element, between=" "))
    remove(element)


def _name(element: Element) -> str:
    """Return the words of class and id that may say what a part is for.

    A name of five words or more was made from the words of a heading; one with a colon or bracket styles.
    """
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    return " ".join(name for name in names if name.count("-") < 4 and not _STYLE.search(name))


def _clear(body: Element, weights: dict[Element, Weight], drop: Drop) -> None:
    """Take out the parts whose tag, role, class or id says that they surround an article."""
    bulk = weights[body].prose * _BULK
    gone: set[Element] = set()
    for element, weight in weights.items():
        if element is body:
            continue
        if element.getparent() in gone:
            gone.add(element)
            continue
        if weight.prose > bulk and weight.prose:
            continue
        if (
            element.tag in _NAVIGATION
            or element.get("role") in _ROLES
            or (element.tag in _CONTAINERS and _SURROUNDING.search(_name(element)))
        ):
            gone.add(element)
    for element in gone:
        if element.getparent() is not None and element.getparent() not in gone:
            _take_out(element, drop)


def _descend(body: Element, weights: dict[Element, Weight]) -> Element:
    part = body
    for mark in (".//*[@itemprop='articleBody']", ".//main | .//*[@role='main']", ".//article"):
        found = [e for e in find_all(part, mark) if e in weights and weights[e].prose >= _MARKED * weights[part].prose]
        if found and weights[part].prose:
            part = max(found, key=lambda e: weights[e].prose)
    while True:
        inner = max(part, key=lambda e: weights[e].prose, default=None)
        if inner is None or weights[inner].prose < _HOLDS * weights[part].prose or not weights[inner].prose:
            return part
        if inner.tag in ("p", "ul", "ol", "table", "tbody", "tr", "dl", "blockquote", "pre", "li"):
            return part
        part = inner


def _clear_inside(part: Element, weights: dict[Element, Weight], drop: Drop) -> None:
    """Take out what stands among the article's paragraphs without being of it."""
    bulk = weights[part].prose * _BULK
    for element in list(part.iterdescendants(*_CONTAINERS)):
        weight = weights[element]
        if element.tag in INLINE or weight.prose > bulk or not weight.text:
            continue
        if (
            (element.tag in ("aside", "header") and weight.prose < 200 and not element.xpath(_HEADED))
            or (_DOUBTFUL.search(_name(element)) and weight.prose * 2 < weight.text and not element.xpath(_HEADED))
            or _is_contents(element, weight)
        ):
            _take_out(element, drop)


def _is_contents(element: Element, weight: Weight) -> bool:
    """Tell whether a part is little but links, to places on this page or to other articles."""
    if weight.linked < 0.7 * weight.text or weight.text - weight.linked > 80:
        return False
    targets = [link.get("href") or "" for link in element.iter("a")]
    here = sum(target.startswith("#") for target in targets)
    return len(targets) > 2 and here * 2 > len(targets)
