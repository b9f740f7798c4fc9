"""Where the article stands in a page: the smallest part that holds its paragraphs, without what surrounds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest import html_title
from ingest.html_tree import INLINE, Element, find_all, holds, remove, text_of
from ingest.part_names import Purpose, purpose

_PROSE = 60  # characters of a block's own text, links aside, from which it counts as prose
_HOLDS = 0.9  # share of the prose that a part must hold for the search to go on inside it
_MARKED = 0.5  # the same for a part that is marked as the article
_OWN_TEXT = 500  # characters of prose
_BULK = 0.4  # a part with this share of the prose is content whatever it is called
_LEAD = 150  # characters of a paragraph between the title and the article that make it its lead

_CONTAINERS = frozenset("div section aside header footer ul ol li article figure form dl table".split())
_NAVIGATION = frozenset(("nav", "footer", "form", "menu"))
_ROLES = frozenset(
    "navigation banner contentinfo search complementary menu menubar dialog alertdialog form toolbar tablist".split()
)
_HEADED = ".//h2 | .//h3 | .//h4 | .//h5 | .//summary"


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


def find(root: Element, title: str, drop: Drop) -> Element:
    """Return the part of the page that is the article, cleared of what is not; `drop` gets the text taken out."""
    body = root.find("body")
    if body is None:
        body = root
    _clear(body, weigh(body), drop)
    weights = weigh(body)
    part = _descend(body, weights)
    _take_in_lead(body, part, title, weights)
    _clear_inside(part, weights, drop)
    return part


def _take_in_lead(body: Element, part: Element, title: str, weights: dict[Element, Weight]) -> None:
    """Move the paragraphs between the title and the article into it."""
    around = set(part.iterancestors())
    wanted = html_title.key(title)
    lead: list[Element] | None = None
    for element in body.iter():
        if element is part:
            break
        if element.tag in ("h1", "h2") and html_title.key(text_of(element)) == wanted:
            lead = []
        elif lead is not None and element not in around and element.tag not in INLINE:
            weight = weights[element]
            if weight.own - weight.own_linked >= _LEAD and not _purpose(element):
                lead.append(element)
    else:
        return
    for element in reversed(lead or ()):
        remove(element)
        part.insert(0, element)


def _take_out(element: Element, drop: Drop) -> None:
    drop(text_of(element, between=" "))
    remove(element)


def _purpose(element: Element) -> Purpose:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return purpose(names) if element.tag in _CONTAINERS else ""


def _clear(body: Element, weights: dict[Element, Weight], drop: Drop) -> None:
    """Take out the parts whose tag, role, class or id says that they surround an article."""
    bulk = weights[body].prose * _BULK
    gone: set[Element] = set()
    for element, weight in list(weights.items()):
        parent = element.getparent()
        if parent in gone:
            gone.add(element)
        elif element is not body and not (weight.prose and weight.prose > bulk) and _surrounds(element, weight):
            gone.add(element)
            _take_out(element, drop)


def _surrounds(element: Element, weight: Weight) -> bool:
    said = _purpose(element)
    if said == "around" or element.get("role") in _ROLES:
        return True
    if said == "slight" or element.tag in _NAVIGATION:
        own_text = weight.prose >= _OWN_TEXT and weight.linked * 4 < weight.text
        return not (own_text and holds(element, _HEADED))
    return False


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
            (element.tag in ("aside", "header") and weight.prose < 200 and not holds(element, _HEADED))
            or (_purpose(element) == "doubtful" and weight.prose * 2 < weight.text and not holds(element, _HEADED))
            or _is_contents(element, weight)
        ):
            _take_out(element, drop)


def _is_contents(element: Element, weight: Weight) -> bool:
    """Tell whether a part is little but links, to places on this page or to other articles."""
    if weight.linked < 0.7 * weight.text or weight.text - weight.linked > 80:
        return False
    if element.find(".//table") is not None or element.tag == "table":
        return False
    targets = [link.get("href") or "" for link in element.iter("a")]
    here = sum(target.startswith("#") for target in targets)
    if len(targets) > 2 and here * 2 > len(targets):
        return True
    if weight.prose:
        return False
    return len(targets) > (2 if element.tag in ("div", "section") else 8)
