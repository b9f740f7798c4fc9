"""Articles for tests: a small library, and hypothesis strategies for random ones."""

from __future__ import annotations

from hypothesis import strategies as st

from corpus.article import Article, Block, Section, build_sections

WORDS = ("cramp", "calf", "night", "magnesium", "stretch", "vein", "water", "doctor", "the", "how", "leg", "rest")


def article(
    id: str, title: str, *sections: tuple[str, str], source: str = "", labels: tuple[str, ...] = (), **facts: str
) -> Article:
    """Make an article of (heading, text) pairs; a heading of "" is the text before the first heading."""
    parts = [
        Section(heading, 2 if heading else 0, "", blocks=tuple(Block("paragraph", text=t) for t in text.split("\n\n")))
        for heading, text in sections
    ]
    return Article(
        id, title, source or f"articles/{id}.md", build_sections(parts), key=f"articles/{id}.md", labels=labels, **facts
    )


def small_library() -> list[Article]:
    """Five articles that share words, so that ranking between them means something."""
    return [
        article(
            "leg-cramps",
            "Leg cramps in pregnancy",
            ("", "Cramps of the calf are common in the second half of pregnancy."),
            ("Causes", "Too little magnesium, tired muscles and pressure on the veins are named as causes."),
            ("Treatment", "Pull your toes towards you and massage the calf until the cramp lets go."),
            labels=("pregnancy", "cramps"),
            reviewed="2026-07-04",
        ),
        article(
            "magnesium",
            "Magnesium",
            ("Food", "Nuts, beans and whole grains are rich in magnesium."),
            ("Tablets", "Magnesium tablets may help some women with leg cramps; ask a doctor before taking 300 mg."),
            labels=("minerals",),
            reviewed="2015-01-01",
        ),
        article(
            "swelling",
            "A swollen calf",
            ("When to call", "Call a doctor at once when one calf is swollen, warm and painful."),
            labels=("urgent",),
        ),
        article(
            "restless-legs",
            "Restless legs",
            ("", "An urge to move the legs at night is not a cramp."),
            ("Habits", "Less coffee and a walk in the evening help some people."),
            labels=("sleep",),
            language="en",
        ),
        article(
            "using-the-desk",
            "How to search for cramps",
            ("", "Type the question and read the passage about cramps."),
            labels=("handbook",),
            source="handbook",
        ),
    ]


def random_articles() -> st.SearchStrategy[list[Article]]:
    """Small libraries of random words, ids unique."""
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
    sections = st.lists(st.tuples(words, words), min_size=1, max_size=3)
    made = st.builds(
        lambda number, title, parts: article(f"a{number}", title, *parts), st.integers(0, 9), words, sections
    )
    return st.lists(made, max_size=8, unique_by=lambda one: one.id)
