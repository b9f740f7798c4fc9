# ruff: noqa: UP031 (LaTeX is full of braces)
"""Writes the fixtures: `python -m tests.ingest.structure.make`.

It needs LibreOffice, Chromium, pdflatex, python-docx and reportlab; the fixtures are part of the repository.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.ingest.structure.content import Document, Piece, document

FOLDER = Path(__file__).parent / "documents"


def word(content: Document, file: Path, columns: int = 1) -> None:
    """Write a Word document by python-docx: styles, lists, a table with a header row, running heads."""
    import docx
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Inches

    made = docx.Document()
    made.core_properties.title = content.title
    made.core_properties.author = "Ada Example"
    section = made.sections[0]
    section.header.paragraphs[0].text = content.head
    section.footer.paragraphs[0].text = content.foot
    if columns > 1:
        section._sectPr.xpath("./w:cols")[0].set(qn("w:num"), str(columns))
    made.add_paragraph(content.title, style="Title")
    for piece in content.pieces:
        if piece.kind == "heading":
            made.add_heading(piece.text, piece.level)
        elif piece.kind == "paragraph":
            made.add_paragraph(piece.text)
        elif piece.kind == "table":
            table = made.add_table(0, len(piece.rows[0]), style="Table Grid")
            for column in table.columns:
                column.width = Inches(6 / columns / len(table.columns) - 0.1)
            for n, row in enumerate(piece.rows):
                added = table.add_row()
                if n == 0:
                    added._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
                for cell, text in zip(added.cells, row, strict=True):
                    cell.text = text
            made.add_paragraph()
        else:
            style = "List Bullet" if piece.kind == "bullets" else "List Number"
            for depth, text in piece.items:
                made.add_paragraph(text, style=f"{style} {depth + 1}" if depth else style)
    made.save(str(file))


def markup(content: Document, style: str) -> str:
    """Return a page for a browser, or for LibreOffice to convert."""
    out = [f"<h1 class=title>{content.title}</h1>"]
    for piece in content.pieces:
        if piece.kind == "heading":
            out.append(f"<h{piece.level + 1}>{piece.text}</h{piece.level + 1}>")
        elif piece.kind == "paragraph":
            out.append(f"<p>{html.escape(piece.text)}</p>")
        elif piece.kind == "table":
            rows = [
                "".join(f"<{tag}>{cell}</{tag}>" for cell in row)
                for row, tag in zip(piece.rows, ["th", *["td"] * len(piece.rows)], strict=False)
            ]
            head, *body = (f"<tr>{row}</tr>" for row in rows)
            out.append(f"<table border=1><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>")
        else:
            out.append("".join(_html_list(piece)))
    return (
        f"<html lang=en><meta charset=utf-8><title>{content.title}</title><style>{style}</style>{''.join(out)}</html>"
    )


def _html_list(piece: Piece) -> Iterator[str]:
    tag = "ul" if piece.kind == "bullets" else "ol"
    yield f"<{tag}>"
    for n, (depth, text) in enumerate(piece.items):
        following = piece.items[n + 1][0] if n + 1 < len(piece.items) else 0
        yield f"<li>{html.escape(text)}"
        yield f"<{tag}>" if following > depth else "</li>"
        yield f"</{tag}></li>" * (depth - following)
    yield f"</{tag}>"


def office(source: Path, kind: str, folder: Path) -> Path:
    """Convert a file by LibreOffice."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    writer = "--writer" if source.suffix == ".html" else "--headless"
    command = ["soffice", profile, "--headless", writer, "--convert-to", kind, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{source.stem}.{kind.split(':')[0]}"


def chromium(content: Document, file: Path, style: str, folder: Path, heads: bool) -> None:
    """Print a page by Chromium, with the running heads that it sets itself."""
    page = folder / "page.html"
    page.write_text(markup(content, style), encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={file}"]
    command += [] if heads else ["--no-pdf-header-footer"]
    command += [f"--user-data-dir={folder / 'chromium'}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=180)


def reportlab(content: Document, file: Path, columns: int, rules: bool) -> None:
    """Lay a document out by reportlab's platypus."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import (
        BaseDocTemplate,
        Frame,
        ListFlowable,
        ListItem,
        PageTemplate,
        Paragraph,
        Spacer,
        Table,
    )

    styles = getSampleStyleSheet()
    width, height = A4
    across = (width - 120 - 20 * (columns - 1)) / columns
    frames = [Frame(60 + n * (across + 20), 70, across, height - 150, 0, 0, 0, 0) for n in range(columns)]

    def heads(canvas: Any, template: Any) -> None:
        canvas.setFont("Times-Italic", 9)
        canvas.drawString(60, height - 50, content.head)
        canvas.drawRightString(width - 60, 40, f"{content.foot} - {template.page}")

    def table(piece: Piece) -> Table:
        cells = [[Paragraph(cell, styles["BodyText"]) for cell in row] for row in piece.rows]
        style: list[Any] = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)]
        style += [("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if rules else []
        return Table(cells, style=style, colWidths=[across / len(piece.rows[0])] * len(piece.rows[0]), repeatRows=1)

    def listed(piece: Piece) -> ListFlowable:
        kind = {"bulletType": "bullet"} if piece.kind == "bullets" else {"bulletType": "1"}
        top: list[Any] = []
        for depth, text in piece.items:
            paragraph = Paragraph(text, styles["BodyText"])
            if not depth:
                top.append([paragraph])
            elif len(top[-1]) == 1 or not isinstance(top[-1][-1], list):
                top[-1].append([paragraph])
            else:
                top[-1][-1].append(paragraph)
        items = []
        for first, *inner in top:
            nested = [ListFlowable([ListItem(one) for one in part], **kind, leftIndent=15) for part in inner]
            items.append(ListItem([first, *nested]))
        return ListFlowable(items, **kind, leftIndent=15)

    flow: list[Any] = [Paragraph(content.title, styles["Title"])]
    for piece in content.pieces:
        if piece.kind == "heading":
            flow.append(Paragraph(piece.text, styles[f"Heading{piece.level + 1}"]))
        elif piece.kind == "paragraph":
            flow += [Paragraph(piece.text, styles["BodyText"]), Spacer(1, 4)]
        else:
            flow += [table(piece) if piece.kind == "table" else listed(piece), Spacer(1, 8)]
    template = BaseDocTemplate(str(file), pagesize=A4, title=content.title, author="Ada Example", invariant=1)
    template.addPageTemplates([PageTemplate("all", frames, onPage=heads)])
    template.build(flow)


def latex(content: Document, file: Path, columns: int, folder: Path) -> None:
    """Typeset a document by pdflatex."""
    out = [
        r"\documentclass[a4paper%s]{article}" % (",twocolumn" if columns == 2 else ""),
        r"\usepackage[T1]{fontenc}\usepackage{lmodern,booktabs,fancyhdr,tabularx}\pagestyle{fancy}",
        r"\fancyhf{}\fancyhead[L]{%s}\fancyfoot[C]{%s, \thepage}" % (content.head, content.foot),
        r"\title{%s}\author{Ada Example}\date{}\begin{document}\maketitle\thispagestyle{fancy}" % content.title,
    ]
    for piece in content.pieces:
        if piece.kind == "heading":
            out.append(r"\%ssection{%s}" % ("sub" * (piece.level - 1), piece.text))
        elif piece.kind == "paragraph":
            out.append(piece.text + "\n")
        elif piece.kind == "table":
            head, *rows = (" & ".join(row) + r" \\" for row in piece.rows)
            form = "l" + "X" * (len(piece.rows[0]) - 1)
            out.append(r"\medskip\noindent\begin{tabularx}{\linewidth}{%s}\toprule %s \midrule" % (form, head))
            out.append("\n".join(rows) + r"\bottomrule\end{tabularx}\medskip" + "\n")
        else:
            name = "itemize" if piece.kind == "bullets" else "enumerate"
            depth = -1
            for level, text in piece.items:
                while depth < level:
                    out.append(r"\begin{%s}" % name)
                    depth += 1
                while depth > level:
                    out.append(r"\end{%s}" % name)
                    depth -= 1
                out.append(r"\item " + text)
            out.append(r"\end{%s}" % name * (depth + 1))
    (folder / "page.tex").write_text("\n".join([*out, r"\end{document}"]), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-output-directory", str(folder), str(folder / "page.tex")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    shutil.copy(folder / "page.pdf", file)


BROWSER = "body{font:11pt serif}table{border-collapse:collapse}td,th{border:1px solid;padding:3px;text-align:left}"
PLAIN = "body{font:12pt sans-serif;margin:1cm}td,th{padding:2px 12px 2px 0;text-align:left}table{border:0}"
COLUMNS = BROWSER + "table{table-layout:fixed;width:100%}main{columns:2;column-gap:24px;font-size:10pt}"


def main() -> None:
    """Write them all; the name of each ends in the number of its content."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def by_office(number: int, columns: int) -> None:
            word(document(number), folder / f"libreoffice-{number}.docx", columns)
            shutil.copy(office(folder / f"libreoffice-{number}.docx", "pdf", folder), FOLDER)

        def by_office_from_html(number: int) -> None:
            page = folder / f"libreoffice-{number}.html"
            page.write_text(markup(document(number), BROWSER).replace("<h1 class=title>", "<h1>"), encoding="utf-8")
            shutil.copy(office(page, "docx:MS Word 2007 XML", folder), FOLDER)

        def by_chromium(number: int, style: str, heads: bool) -> None:
            chromium(document(number), FOLDER / f"chromium-{number}.pdf", style, folder, heads)

        jobs: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        jobs += [(by_office, (number, 1 if number < 14 else 2)) for number in range(10, 17)]
        jobs += [
            (by_chromium, (20, BROWSER, True)),
            (by_chromium, (21, BROWSER, True)),
            (by_chromium, (22, PLAIN, True)),
        ]
        jobs += [
            (by_chromium, (23, COLUMNS, True)),
            (by_chromium, (24, COLUMNS, False)),
            (by_chromium, (25, PLAIN, False)),
        ]
        jobs += [
            (
                reportlab,
                (document(number), FOLDER / f"reportlab-{number}.pdf", 1 if number < 34 else 2, number % 2 == 0),
            )
            for number in range(30, 37)
        ]
        jobs += [
            (latex, (document(number), FOLDER / f"latex-{number}.pdf", 1 if number < 43 else 2, folder))
            for number in range(40, 46)
        ]
        jobs += [(word, (document(number), FOLDER / f"python-docx-{number}.docx")) for number in range(50, 60)]
        jobs += [(by_office_from_html, (number,)) for number in range(60, 70)]
        for job, how in jobs:
            job(*how)


if __name__ == "__main__":
    main()
