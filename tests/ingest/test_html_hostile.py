"""Pages that are broken, huge or made to do harm are read in bounded time, or refused by name."""

from __future__ import annotations

import random
import time

import pytest

from corpus.article import to_json
from corpus.errors import InputError
from ingest import html
from tests.ingest.html_pages import LAST, MORE, PROSE, page

SECONDS = 20  # far beyond what is needed; what grows with the square of its input takes minutes
DEPTH = 100_000


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<p>", "<a>", "<ul><li>", "<table><tr><td>", "<h2>", "<blockquote>"])
def test_deep_nesting_loses_no_text(tag: str) -> None:
    started = time.monotonic()
    article = html.read(f"<p>{PROSE}</p>" * 3 + tag * DEPTH + f"deepest words <p>{LAST}</p>", source="a")
    assert time.monotonic() - started < SECONDS
    assert "deepest words" in article.text
    assert LAST in article.text


@pytest.mark.parametrize(
    "harm",
    [
        "<p " + " ".join(f"a{n}=1" for n in range(DEPTH)) + ">",
        "<" * DEPTH,
        "&" * DEPTH,
        '<p a="' * DEPTH,
        "<div>" + '<a href="#x">x</a>' * DEPTH + "</div>",
        "<div hidden>x</div>" * DEPTH,
        '<div class="nav">x</div>' * DEPTH,
        "<table>" + "<tr><td rowspan=65000 colspan=1000>x" * 2000 + "</table>",
        "<p>" + "<b>x</b> " * DEPTH,
        "<p>1999</p>" * 20_000,
    ],
    ids=["attributes", "angles", "ampersands", "quotes", "links", "hidden", "named", "spans", "bold", "years"],
)
def test_what_is_made_to_take_long_does_not(harm: str) -> None:
    started = time.monotonic()
    html.read(f"<p>{PROSE}</p>" * 3 + harm, source="a")
    assert time.monotonic() - started < SECONDS


def test_a_large_page_is_read_whole() -> None:
    part = f"</h2><p>{PROSE}</p><ul><li>one<li>two</ul><table><tr><th>a<th>b<tr><td>1<td>2</table>"
    started = time.monotonic()
    article = html.read("".join(f"<h2>Cause {n}{part}" for n in range(10_000)), source="a")
    assert time.monotonic() - started < SECONDS * 2
    assert len(article.sections) == 10_000
    assert article.text.count(PROSE) == 10_000


def test_a_page_of_headings_alone_keeps_them() -> None:
    article = html.read("<h1>Rest</h1><h2>Stretch</h2><h2>Drink</h2>", source="a")
    assert article.text == "Rest\n\nStretch\n\nDrink"


@pytest.mark.parametrize(
    "broken",
    [
        f"<p>{PROSE}<p>{MORE}",
        f"<div><p>{PROSE}</div></p></div></body></html><p>{MORE}</p>",
        f"<b><p>{PROSE}</b></p><i>{MORE}",
        f"<table><p>{PROSE}</p><tr><td>x<td>y</table>{MORE}",
        f"<p>{PROSE}</p><!-- never closed? --><p>{MORE}",
        f"<ul><p>{PROSE}</p></ul><li>{MORE}",
        f"<h2>{PROSE}<p>{MORE}",
    ],
)
def test_broken_markup_loses_no_text(broken: str) -> None:
    text = " ".join(html.read(broken, source="a").text.split())
    assert PROSE in text
    assert MORE in text


SEED_PAGE = page(
    f'<h2 class="x">Causes</h2><p style="color:red">{LAST}</p><ol><li>one<ul><li>two</ul></ol><dl><dt>a<dd>b</dl>'
    '<table><caption>c</caption><tr><th>a<th colspan="2">b<tr><td rowspan="2">1<td>2<td>3<tr><td>4</table>'
    "<details><summary>Open</summary><p>inside</p></details><pre>x = 1</pre><figure><img alt='a b c d'></figure>"
    '<time datetime="2024-01-02">2 January 2024</time><p>Medically reviewed on 3 March 2024</p>'
    '<template id="B:1"></template>',
    head='<meta charset="utf-8"><title>A | B</title><script type="application/ld+json">{"@type":"Article",'
    '"author":{"name":"Ann Lee"},"datePublished":"2024-01-02"}</script><link rel=canonical href="https://a.example/b">',
    around='<div hidden id="S:1"><p>piece</p></div>',
).encode()
SNIPPETS = [
    *(
        '< > " &#0; &#xD800; \0 </div> <table> <li> <!-- ]]> <![CDATA[ colspan=999999 rowspan=² <svg> </body> <h1> '
        "<template> role=heading \x1b$B { <frameset> <plaintext> <select> <base> </html>"
    )
    .encode()
    .split(b" "),
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"<p hidden id='S:1'>",
]


def mutated(seed: int) -> bytes:
    chance = random.Random(seed)
    raw = bytearray(SEED_PAGE)
    for _ in range(chance.randint(1, 12)):
        at, length = chance.randrange(len(raw) + 1), chance.randint(1, 60)
        match chance.randrange(4):
            case 0:
                del raw[at : at + length]
            case 1:
                raw[at:at] = chance.choice(SNIPPETS)
            case 2:
                raw[at:at] = raw[at : at + length] * chance.randint(1, 5)
            case _:
                raw[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(raw)


def test_mutated_pages_are_read_or_refused_by_name() -> None:
    started = time.monotonic()
    for seed in range(300):
        raw = mutated(seed)
        try:
            article = html.read(raw, source="a")
        except InputError:
            continue
        assert article.text or article.warnings, seed
        assert article.id, seed
        str(to_json(article)).encode("utf-8")
    assert time.monotonic() - started < SECONDS * 3
