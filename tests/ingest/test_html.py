"""What the HTML reader keeps of a page, and in which shape."""

from __future__ import annotations

import pytest

from corpus.article import Article, Block
from ingest import html
from tests.ingest.html_pages import LAST, MORE, PROSE, page


def read(content: str, **more: str) -> Article:
    return html.read(page(content, **more), source="page.html")


def blocks(article: Article, kind: str) -> list[Block]:
    return [block for section in article.sections for block in section.blocks if block.kind == kind]


def outline(article: Article) -> list[tuple[int, str]]:
    return [(section.level, section.heading) for section in article.sections if section.heading]


def test_the_article_is_kept_and_what_surrounds_it_is_dropped() -> None:
    around = (
        '<div class="cookie-banner"><p>We use biscuits to follow you around and would like you to agree.</p></div>'
        f'<section id="comments"><h2>3 comments</h2><p>{LAST}</p></section>'
        f'<aside class="related-posts"><h3>Related</h3><a href="/x">Sore knees</a><p>{LAST}</p></aside>'
    )
    article = read("<h2>At night</h2>", around=around)
    assert article.text == f"{PROSE}\n\nAt night\n\n{MORE}"
    dropped = " ".join(line.text for line in article.dropped)
    assert "biscuits" in dropped
    assert "socks" in dropped


def test_headings_keep_their_levels_and_the_title_is_none_of_them() -> None:
    article = read(f"<h2>Causes</h2><p>{LAST}</p><h3>Sport</h3><p>{LAST}</p><h2>Help</h2><p>{LAST}</p>")
    assert article.title == "Calf cramps"
    assert outline(article) == [(2, "Causes"), (3, "Sport"), (2, "Help")]
    assert article.sections[2].path == ("Causes", "Sport")


def test_paragraphs_that_look_like_headings_are_headings() -> None:
    article = read(
        f"<h2>Causes</h2><p>{LAST}</p><p><b>After sport</b></p><p>{LAST}</p>"
        f'<div role="heading" aria-level="2">Help</div><p>{LAST}</p>'
        f'<p style="font-weight: 700">At home</p><p>{LAST}</p><p><strong>Never stop taking a medicine.</strong></p>'
        '<p><strong><a href="/shop">Buy our cream</a></strong></p>'
    )
    assert outline(article) == [(2, "Causes"), (3, "After sport"), (2, "Help"), (3, "At home")]


def test_the_link_to_a_heading_is_not_part_of_it() -> None:
    article = read(f'<h2>Causes <a href="#causes">#</a></h2><p>{LAST}</p>')
    assert outline(article) == [(2, "Causes")]


def test_lists_keep_depth_order_and_continuation_paragraphs() -> None:
    article = read(
        "<ol><li><p>Stand near a wall.</p><p>Bare feet hold best.</p>"
        "<li>Step back<ul><li>left<li>right</ul>and lean forward.<li>Hold.</ol>"
    )
    (found,) = blocks(article, "list")
    assert found.ordered
    assert found.items == (
        "Stand near a wall.\nBare feet hold best.",
        "Step back",
        "left",
        "right\nand lean forward.",
        "Hold.",
    )
    assert found.depths == (0, 0, 1, 1, 0)


def test_a_definition_list_is_a_list_with_the_definitions_one_deeper() -> None:
    (found,) = blocks(read("<dl><dt>Cramp<dd>A muscle that does not let go.<dt>Clot<dd>A plug of blood.</dl>"), "list")
    assert found.items == ("Cramp", "A muscle that does not let go.", "Clot", "A plug of blood.")
    assert found.depths == (0, 1, 0, 1)


def test_a_list_of_headed_texts_is_no_list() -> None:
    article = read(f"<ol><li><h2>First</h2><p>{LAST}</p><li><h2>Second</h2><p>{MORE}</p></ol>")
    assert outline(article) == [(2, "First"), (2, "Second")]
    assert not blocks(article, "list")


def test_a_table_has_its_header_caption_and_every_cell_in_its_column() -> None:
    article = read(
        "<table><caption>Doses a day</caption><thead><tr><th>Name<th>Amount<th>When</thead>"
        '<tr><td rowspan="2">Magnesium<td>150 mg<td>morning<tr><td>300 mg<td>night'
        '<tr><td colspan="2">Water<td>always<tr><td>Quinine<td><td>never</table>'
    )
    (table,) = blocks(article, "table")
    assert table.header == ("Name", "Amount", "When")
    assert table.rows == (
        ("Magnesium", "150 mg", "morning"),
        ("Magnesium", "300 mg", "night"),
        ("Water", "", "always"),
        ("Quinine", "", "never"),
    )
    assert [block.text for block in blocks(article, "caption")] == ["Doses a day"]


def test_two_header_rows_become_one() -> None:
    article = read(
        '<table><tr><th rowspan="2">Name<th colspan="2">Dose<tr><th>by day<th>by night'
        "<tr><td>Magnesium<td>150<td>300<tr><td>Calcium<td>400<td>0</table>"
    )
    (table,) = blocks(article, "table")
    assert table.header == ("Name", "Dose by day", "Dose by night")


def test_a_table_without_header_cells_has_no_header() -> None:
    (table,) = blocks(read("<table><tr><td>Tea<td>no<tr><td>Water<td>yes</table>"), "table")
    assert table.header == ()
    assert table.rows == (("Tea", "no"), ("Water", "yes"))


@pytest.mark.parametrize(
    "layout",
    [
        f'<table role="presentation"><tr><td>{LAST}<td>Left<tr><td>x<td>y</table>',
        f"<table><tr><td><h2>Causes</h2><p>{LAST}</p><td><p>Side</p></table>",
        f"<table><tr><td><p>{LAST}</p><td><p>{LAST}</p></table>",
        f"<table><tr><td><p>{LAST}</p></table>",
    ],
)
def test_a_table_that_lays_out_the_page_is_none(layout: str) -> None:
    article = read(layout)
    assert not blocks(article, "table")
    assert LAST in article.text


def test_quotes_code_and_captions_are_what_they_are() -> None:
    article = read(
        f"<blockquote><p>{LAST}</p></blockquote><pre>take(2)\n  .daily()\n</pre>"
        '<figure><img src="a.png" alt="A runner holds her calf"><figcaption>Hold it like this.</figcaption></figure>'
        '<figure><img src="b.png" alt="A foot against a wall"></figure><figure><img src="c.png" alt="logo"></figure>'
    )
    assert [block.text for block in blocks(article, "quote")] == [LAST]
    assert [block.text for block in blocks(article, "code")] == ["take(2)\n  .daily()"]
    assert [block.text for block in blocks(article, "caption")] == ["Hold it like this.", "A foot against a wall"]


def test_footnotes_keep_mark_and_text() -> None:
    article = read('<p>It helps some<sup><a href="#n1">1</a></sup> people.</p><ol><li id="n1">A trial of 40.</ol>')
    assert "It helps some[1] people." in article.text
    assert "- A trial of 40." in article.text


def test_text_keeps_its_words_apart_and_its_lines() -> None:
    article = read(
        "<p>H<sub>2</sub>O&nbsp;is\n  water.<br>New line<br><br>New paragraph</p><div>one<div>two</div>three</div>"
    )
    assert "H2O is water.\nNew line\n\nNew paragraph\n\none\n\ntwo\n\nthree" in article.text


def test_what_is_hidden_is_left_out() -> None:
    hidden = "".join(
        f"<p {how}>{word} should never be quoted by anybody</p>"
        for word, how in (
            ("alpha", "hidden"),
            ("beta", 'style="display: none"'),
            ("gamma", 'aria-hidden="true"'),
            ("delta", 'class="visually-hidden"'),
        )
    )
    article = read(hidden + "<script>var x = 'epsilon'</script><style>p{}</style><template><p>zeta</p></template>")
    assert article.text == f"{PROSE}\n\n{MORE}"


def test_what_opens_on_a_click_is_kept() -> None:
    article = read(
        f"<details><summary>Is it dangerous?</summary><p>{LAST}</p></details>"
        '<h3><button aria-expanded="false" aria-controls="p1">Does salt help?</button></h3>'
        '<div id="p1" hidden><p>Rarely, and too much of it does harm.</p></div>'
        '<div class="accordion-panel" style="display:none"><p>Pickle juice is a folk remedy.</p></div>'
    )
    assert [heading for _, heading in outline(article)] == ["Is it dangerous?", "Does salt help?"]
    assert LAST in article.text
    assert "Rarely, and too much of it does harm." in article.text
    assert "Pickle juice is a folk remedy." in article.text


def test_pieces_sent_later_stand_in_their_place() -> None:
    article = read(
        f'<h2>Before</h2><div><template id="B:1"></template></div><h2>After</h2><p>{LAST}</p>',
        around=f'<div hidden id="S:1"><p>{LAST} Twice.</p></div>',
    )
    assert [block.text for block in article.sections[1].blocks] == [f"{LAST} Twice."]


def test_a_list_of_links_stays_where_the_text_leads_to_it() -> None:
    article = read('<p>Read on:</p><ul><li><a href="/a">Stretches</a><li><a href="/b">Shoes</a></ul>')
    assert [block.items for block in blocks(article, "list")] == [("Stretches", "Shoes")]


def test_contents_and_recommendations_are_dropped() -> None:
    links = "".join(f'<li><a href="#{n}">Part {n}</a>' for n in range(4))
    article = read(f"<ul>{links}</ul><h2>Part 1</h2><p>{LAST}</p>")
    assert not blocks(article, "list")
    after = read(f'<h2>Causes</h2><p>{LAST}</p><h2>You may also like</h2><p><a href="/k">Sore knees</a></p>')
    assert "knees" not in after.text


def test_byline_and_reading_time_above_the_text_are_dropped() -> None:
    body = f"<main><h1>Calf cramps</h1><p>By Ann Lee</p><p>5 min read</p><p>{PROSE}</p><p>{MORE}</p></main>"
    article = html.read(f"<title>Calf cramps</title>{body}", source="a")
    assert article.text == f"{PROSE}\n\n{MORE}"


def test_the_lead_between_title_and_text_is_kept() -> None:
    body = (
        f"<div><h1>Calf cramps</h1><p class=lead>{LAST}</p></div><div><div>"
        f"<h2>Causes</h2>{f'<p>{PROSE}</p><p>{MORE}</p>' * 5}</div></div>"
    )
    article = html.read(f"<title>Calf cramps</title>{body}", source="a")
    assert article.sections[0].blocks[0].text == LAST


def test_a_page_without_paragraphs_still_gives_its_text() -> None:
    assert html.read("<p>Open from nine.", source="a").text == "Open from nine."


@pytest.mark.parametrize("empty", ["<html><body></body></html>", "<script>load()</script>", '<div id="app"></div>'])
def test_a_page_without_text_says_so(empty: str) -> None:
    article = html.read(empty, source="a")
    assert article.text == ""
    assert article.warnings == ("No text was found on this page; it may need JavaScript to show any.",)
