"""Articles that are hard to show: hostile text, other scripts, deep lists, wide tables, and one that has changed."""

from __future__ import annotations

import dataclasses

from corpus.article import Article, Block, Section, build_sections


def _article(id: str, title: str, sections: list[Section], **facts: object) -> Article:
    return Article(id, title, f"strange/{id}.md", build_sections(sections), **facts)  # type: ignore[arg-type]


HOSTILE = _article(
    "strange",
    "<script>document.title = 'taken'</script> strange",
    [
        Section("", 0, "", blocks=(Block("paragraph", text="Strange " + "x" * 10_000),)),
        Section(
            "Strange lists <b>ten</b> deep",
            1,
            "",
            blocks=(Block("list", items=tuple(f"strange item {n}" for n in range(10)), depths=tuple(range(10))),),
        ),
        Section(
            "Strange tables",
            1,
            "",
            blocks=(
                Block("paragraph", text="Strange marks: \u202eevil\u202c \u200f\u2067rtl\u2069 \u0007 ﷽ 👩‍👩‍👧."),
                Block(
                    "table",
                    header=tuple(f"Strange column {n}" for n in range(12)),
                    rows=tuple(tuple(f"cell {row}.{n}" for n in range(12)) for row in range(3)),
                ),
                Block("code", text="strange = [\n" + "    'a long line of code'," * 20 + "\n]"),
            ),
        ),
    ],
    labels=("a label of " + "very " * 40 + "many words", "<i>"),
    cautions=('"><script>alert(1)</script>',),
    url="https://example.org/" + "long/" * 60,
    reviewed="2001-02-03",
    author="\u202eAnn\u202c",
)
ARABIC = _article(
    "arabic",
    "تشنجات الساق",
    [
        Section("العلاج", 2, "", blocks=(Block("paragraph", text="تمدد عضلة الساق برفق (calf) ثم امش قليلا."),)),
        Section("الوقاية", 2, "", blocks=(Block("list", items=("اشرب الماء.", "امش كل يوم."), depths=(0, 0)),)),
        Section("الأسباب", 2, "", blocks=(Block("paragraph", text="قلة المغنيسيوم."),)),
    ],
    language="ar",
    url="https://example.org/help/legs.html",
)
JAPANESE = _article(
    "japanese",
    "こむら返り",
    [Section("対処", 2, "", blocks=(Block("paragraph", text="ふくらはぎをゆっくり伸ばします。水を飲みます。"),))],
    language="ja",
)
CHANGED = _article(
    "changing",
    "An article that changes",
    [
        Section("", 0, "", blocks=(Block("paragraph", text="Parcels arrive within three days."),)),
        Section("Prices", 1, "", blocks=(Block("paragraph", text="A parcel costs 4 euros within the city."),)),
        Section("Refunds", 1, "", blocks=(Block("paragraph", text="Ask within a month."),)),
    ],
    reviewed="2026-01-02",
)
BEFORE = dataclasses.replace(
    CHANGED,
    sections=build_sections(
        [
            Section("", 0, "", blocks=(Block("paragraph", text="Parcels arrive within two days."),)),
            Section("Prices", 1, "", blocks=(Block("paragraph", text="A parcel costs 3 euros within the city."),)),
            Section("Vouchers", 1, "", blocks=(Block("paragraph", text="There are none."),)),
        ]
    ),
    reviewed="2024-01-02",
)
LONG_TABLES = [
    _article(
        f"buses-{line}",
        f"Timetable of bus {line}",
        [
            Section(
                "Departures",
                2,
                "",
                blocks=(
                    Block(
                        "table",
                        header=tuple(f"Stop {n}" for n in range(8)),
                        rows=tuple(tuple(f"{hour}:{line}{n}" for n in range(8)) for hour in range(7, 20)),
                    ),
                ),
            )
        ],
        url=f"https://example.org/buses/{line}",
    )
    for line in range(10)
]
STRANGE = [BEFORE, CHANGED, HOSTILE, ARABIC, JAPANESE, *LONG_TABLES]
