"""Headings and blocks that frame an article, told by their words: what stands above and after its text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from corpus.article import Block, block_text
from ingest.html_blocks import Part

_PARAGRAPH = 150  # characters of a block that is prose, not a label
_AFTERWARDS = re.compile(
    r"(?:you (?:may|might) (?:also )?(?:like|enjoy|be interested)|you'?ll also love|"
    r"(?:related|similar|recommended|more|latest|recent|popular|trending|other|further) (?:\w+ ){0,2}?"
    r"(?:articles?|posts?|stories|reading|content|topics|news|resources|links|blogs?|guides|questions)\b|related(?:$|:)|"
    r"read (?:next|more|also)\b|(?:keep|continue) reading|more from\b|up next|what to read next|"
    r"(?:leave|post|add) a (?:reply|comment)|(?:\d+ )?comments?$|share(?:$| (?:this|on)\b)|follow us|tags?:?$|"
    r"about the authors?|sign up\b|subscribe\b|(?:join|get) (?:our|the) newsletter|newsletter$|"
    r"stay (?:connected|up to date)|was this (?:\w+ )?helpful|still have questions|quick links|"
    r"in this article|table of contents|on this page|contents$)",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"(?:(?:written|posted|published|reviewed|edited|updated|medically|fact[- ]checked|last|by|on|in|date|author)\b"
    r".{0,90}|.{0,40}\b\d+ ?(?:min(?:ute)?s?|sec)\b.{0,20}|.{0,30}\b(?:19|20)\d\d\b.{0,20}|"
    r"share|save|print|copy link|listen.{0,40}|photo.{0,60}|image.{0,60}|home\b.{0,80}|loading.{0,20})$",
    re.IGNORECASE,
)


def trim(parts: list[Part], title: str, drop: Callable[[str], None]) -> list[Part]:
    """Return the parts without the title's own heading and what only frames the article.

    A page of which nothing would be left is returned as it is.
    """
    dropped: list[str] = []
    kept = _join(_without_frame(parts, _key(title), dropped))
    while kept and 0 < len(kept[-1].heading) < _PARAGRAPH and not kept[-1].blocks:
        dropped += _lines(kept.pop())
    if kept and not kept[0].heading:
        kept[0] = replace(kept[0], blocks=_without_byline(kept[0].blocks, dropped))
    if not any(part.heading or part.blocks for part in kept):
        return parts
    for line in dropped:
        drop(line)
    return kept


def _without_frame(parts: list[Part], title: str, dropped: list[str]) -> list[Part]:
    """Leave out what stands above the title and the sections that follow the article."""
    kept: list[Part] = []
    ended: int | None = None  # level of the heading that ended the article
    for part in parts:
        if part.heading and (ended is None or part.level <= ended):
            ended = part.level if _AFTERWARDS.match(part.heading) and not _is_prose(part.blocks) else None
        if ended is not None:
            dropped += _lines(part)
        elif part.level == 1 and _is_title(_key(part.heading), title):
            if not any(_prose(block) for above in kept for block in above.blocks):
                dropped += [line for above in kept for line in _lines(above)]
                kept = []
            kept.append(Part("", 0, part.blocks))
        else:
            kept.append(part)
    return kept


def _join(parts: list[Part]) -> list[Part]:
    """Give the blocks of a part without heading to the part before it."""
    joined: list[Part] = []
    for part in parts:
        if part.heading or not joined:
            joined.append(part)
        else:
            joined[-1] = replace(joined[-1], blocks=joined[-1].blocks + part.blocks)
    return joined


def _is_title(heading: str, title: str) -> bool:
    if not heading or not title:
        return False
    return heading == title or title in heading or (len(heading) > 8 and heading in title)


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _is_prose(blocks: list[Block]) -> bool:
    return any(block.kind == "table" for block in blocks) or sum(map(_prose, blocks)) > 600


def _prose(block: Block) -> int:
    return len(block.text) if len(block.text) > _PARAGRAPH else 0


def _lines(part: Part) -> list[str]:
    return [line for text in (part.heading, *map(block_text, part.blocks)) for line in text.splitlines()]


def _without_byline(blocks: list[Block], dropped: list[str]) -> list[Block]:
    """Leave out the short lines about author, date and reading time above the first paragraph."""
    kept: list[Block] = []
    for n, block in enumerate(blocks):
        if len(block.text) > 100 or block.kind not in ("paragraph", "caption"):
            return kept + blocks[n:]
        if _ABOVE.match(block.text):
            dropped.append(block.text)
        else:
            kept.append(block)
    return kept
