"""Documents with known structure: what the fixtures say, whichever program laid them out."""

from __future__ import annotations

import random
from dataclasses import dataclass

THINGS = "parcel invoice router refund voucher password subscription charger filter delivery contract label".split()
PEOPLE = "customer courier technician colleague supervisor neighbor".split()
PLACES = "warehouse shop portal depot office workshop".split()
DOES = "checks returns replaces renews records reports cancels confirms".split()
WHEN = (
    "within five days",
    "before the end of the month",
    "as soon as the payment has arrived",
    "unless the warranty has run out",
    "after the second reminder",
    "when the seal is unbroken",
)
WHY = (
    "because the system locks older entries",
    "so that nobody has to ask twice",
    "which keeps the account in order",
    "and the confirmation follows by mail",
    "as the terms of sale require",
)
KINDS = ("Returning a", "Repairing the", "Paying for a", "Replacing a", "Cancelling the", "Tracking the", "Insuring a")


@dataclass(frozen=True)
class Piece:
    """One element of a document; `kind` is heading, paragraph, bullets, numbers or table."""

    kind: str
    text: str = ""
    level: int = 0
    items: tuple[tuple[int, str], ...] = ()  # depth and text
    rows: tuple[tuple[str, ...], ...] = ()  # the first is the header


@dataclass(frozen=True)
class Document:
    """A title, what runs at the head and foot of every page, and the pieces in reading order."""

    number: int
    title: str
    head: str
    foot: str
    pieces: tuple[Piece, ...]


def document(number: int) -> Document:
    """Return the document of this number; always the same."""
    chance = random.Random(number)

    def sentence() -> str:
        person, thing, place = chance.choice(PEOPLE), chance.choice(THINGS), chance.choice(PLACES)
        parts = [f"The {person} {chance.choice(DOES)} the {thing} at the {place}", chance.choice(WHEN)]
        if chance.random() < 0.5:
            parts[-1] += ", " + chance.choice(WHY)
        return " ".join(parts) + "."

    def paragraph() -> Piece:
        return Piece("paragraph", " ".join(sentence() for _ in range(chance.randint(2, 6))))

    def items() -> Piece:
        kind = chance.choice(("bullets", "bullets", "numbers"))
        depths = [0]
        for _ in range(chance.randint(2, 6)):
            depths.append(chance.choice((0, 0, min(1, depths[-1] + 1))))
        texts = [sentence() if chance.random() < 0.4 else sentence().split(" at the ")[0] for _ in depths]
        return Piece(kind, items=tuple(zip(depths, texts, strict=True)))

    def table() -> Piece:
        columns = chance.randint(2, 4)
        header = tuple(("Item", "Time limit", "Fee", "Contact")[:columns])
        rows = tuple(
            tuple(
                (
                    f"{chance.choice(THINGS).capitalize()} {n}",
                    chance.choice(WHEN).capitalize(),
                    f"{chance.randint(1, 90)}.{chance.randint(10, 99)}",
                    chance.choice(PLACES).capitalize(),
                )[:columns]
            )
            for n in range(1, chance.randint(4, 9))
        )
        return Piece("table", rows=(header, *rows))

    used: set[str] = set()

    def heading(level: int) -> Piece:
        while True:
            text = f"{chance.choice(KINDS)} {chance.choice(THINGS)}"
            text += chance.choice(("", f" at the {chance.choice(PLACES)}", f" for a {chance.choice(PEOPLE)}"))
            if text not in used:
                used.add(text)
                return Piece("heading", text, level)

    pieces = [paragraph()]
    for _ in range(chance.randint(3, 5)):
        pieces += [heading(1), paragraph(), paragraph()]
        for _ in range(chance.randint(1, 3)):
            pieces += [heading(2), paragraph(), chance.choice((items, items, table, paragraph))(), paragraph()]
    title = f"Handling every {chance.choice(THINGS)} with care, part {number}"
    return Document(number, title, f"Support manual {number} of the service desk", "For internal use", tuple(pieces))
