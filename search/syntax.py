"""The syntax of a search: quotation marks, -not, AND OR NOT, brackets, `title:` and filters, a prefix with a star."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

FIELDS = {"title": "title", "heading": "headings", "headings": "headings"}
FILTERS = ("label", "article", "source", "language", "review", "reviewed")

_QUOTED = r'"(?P<q1>[^"]*)"|“(?P<q2>[^”]*)”|„(?P<q3>[^“”]*)[“”]|«(?P<q4>[^»]*)»'
QUOTED = re.compile(_QUOTED)
_ITEM = re.compile(
    # No operator: a minus alone, within a word, before a number or one letter (a command's option).
    r"(?:(?<![^\s(])(?P<minus>[-−])(?=[\"“„«(]|[^\W\d_][^\W_]))?"
    rf"(?:(?<![\w:])(?P<name>(?i:{'|'.join([*FIELDS, *FILTERS])})):(?=[\"“„«\w<>=]))?"
    rf"(?:{_QUOTED}|(?P<operator>(?<![^\s(])(?:AND|OR|NOT)(?![^\s(]))|(?P<bracket>[()])"
    r"|(?P<prefix>(?<![\w*])[^\W\d_][^\W_]+\*(?![\w*]))|(?P<word>[^\s()\"“”„«»]+|\S))"
)
# Messages are not searches: in a sentence, AND and NOT are words said loudly.
_ASKING = "am|are|can|could|did|do|does|how|i|i['’]m|im|is|me|my|our|should|we|what|when|where|which|who|why|you|your"
_SENTENCE = re.compile(rf"[.,;!?](?=\s|$)|\n|\b(?:{_ASKING})\b", re.IGNORECASE)

MOST_CONDITIONS = 200  # alternatives times conditions; a search people type has below twenty

Kind = Literal["words", "phrase", "prefix", "filter", "operator", "bracket"]


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of what was typed: its text, the field or filter it names, and whether a minus stands before it."""

    kind: Kind
    text: str
    name: str | None = None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """An AND, OR or NOT of other nodes and of items."""

    operator: Literal["AND", "OR", "NOT"]
    parts: tuple[Node | Item, ...]


class MalformedError(ValueError):
    """The operators and brackets make no condition."""


def items(text: str) -> Iterator[Item]:
    """Cut `text` at its syntax; words beside each other are one item, with what stands between them."""
    start = end = 0
    for match in _ITEM.finditer(text):
        name, minus = (match["name"] or "").lower() or None, bool(match["minus"])
        if match["word"] and not name and not minus:
            end = match.end()
            continue
        if text[start:end].strip():
            yield Item("words", text[start:end].strip())
        start = end = match.end()
        quoted = next((match[group] for group in ("q1", "q2", "q3", "q4") if match[group] is not None), None)
        kind: Kind = "words"
        if match["operator"] or match["bracket"]:
            kind = "operator" if match["operator"] else "bracket"
        elif name in FILTERS:
            kind = "filter"
        elif quoted is not None:
            kind = "phrase"
        elif match["prefix"] or (match["word"] and re.fullmatch(r"[^\W\d_][^\W_]+\*", match["word"])):
            kind = "prefix"
        inner = quoted if quoted is not None else match[match.lastgroup or 0]
        yield Item(kind, inner.strip().rstrip("*") if kind == "prefix" else inner.strip(), name, minus)
    if text[start:end].strip():
        yield Item("words", text[start:end].strip())


def is_sentence(text: str) -> bool:
    """Tell whether `text`, apart from what stands in quotation marks, reads as a sentence."""
    return _SENTENCE.search(QUOTED.sub(" ", text)) is not None


def condition(found: Sequence[Item]) -> Node | Item:
    """Read items as a condition; NOT binds before AND, AND before OR, and what stands side by side is an AND.

    Raises:
        MalformedError: they are none.
    """
    left = list(found)
    node = _either(left)
    if left:
        raise MalformedError
    return node


def _either(left: list[Item]) -> Node | Item:
    parts = [_all(left)]
    while left and left[0].text == "OR" and left[0].kind == "operator":
        left.pop(0)
        parts.append(_all(left))
    return Node("OR", tuple(parts)) if len(parts) > 1 else parts[0]


def _all(left: list[Item]) -> Node | Item:
    parts = [_one(left)]
    while left and left[0].text not in ("OR", ")"):
        if left[0].kind == "operator" and left[0].text == "AND":
            left.pop(0)
        parts.append(_one(left))
    return Node("AND", tuple(parts)) if len(parts) > 1 else parts[0]


def _one(left: list[Item]) -> Node | Item:
    if not left:
        raise MalformedError
    item = left.pop(0)
    node: Node | Item = item
    if item.kind == "operator":
        if item.text != "NOT":
            raise MalformedError
        if left and left[0].kind == "words":  # it binds to one word
            left[:1] = [replace(left[0], text=part) for part in left[0].text.split(None, 1)]
        return Node("NOT", (_one(left),))
    if item.kind == "bracket":
        if item.text == ")":
            raise MalformedError
        node = _either(left)
        if not left or left.pop(0).text != ")":
            raise MalformedError
    elif item.kind == "filter" and item.excluded:
        raise MalformedError
    return Node("NOT", (node,)) if item.excluded else node


Literals = frozenset[tuple[int, bool]]  # (what is asked for, whether it must be missing): one of them holds


def conjunction(node: Node | Item, terms: Callable[[Item, bool], list[int]], *, negated: bool = False) -> set[Literals]:
    """Put a condition as alternatives all of which must hold; `terms` numbers what an item asks for, all of it.

    Raises:
        MalformedError: there are more than anybody types.
    """
    if isinstance(node, Item):
        found = terms(node, negated)
        if negated:
            return {frozenset((term, True) for term in found)} if found else set()
        return {frozenset({(term, False)}) for term in found}
    if node.operator == "NOT":
        if any(isinstance(part, Item) and part.kind == "filter" for part in node.parts):
            raise MalformedError
        return conjunction(node.parts[0], terms, negated=not negated)
    parts = [conjunction(part, terms, negated=negated) for part in node.parts]
    parts = [part for part in parts if part]  # stop words and filters ask for nothing
    if (node.operator == "AND") is not negated:
        return set().union(*parts)
    size = 1
    for part in parts:
        size *= len(part)
        if size > MOST_CONDITIONS:
            raise MalformedError
    return {frozenset().union(*chosen) for chosen in product(*parts)} if parts else set()
