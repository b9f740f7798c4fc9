"""Red flags on questions of our own about the samples: reports of symptoms, and questions that report none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import search
from corpus.article import Article, Block, Section, build_sections
from corpus.library import Library
from corpus.settings import Settings
from ingest.sync import ingest_samples
from search.engines.memory import MemoryEngine
from tests.articles import article

SYMPTOMS = """
my calf is swollen and warm since yesterday
one leg is red, hot and painful, what should I do
I have a sharp pain in my chest when I breathe in
sudden shortness of breath after a long flight
my leg swelled up within hours and hurts when I stand
I am coughing up blood and my calf hurts
she fainted and her heart is racing
my left leg turned bluish and feels tender
heart racing and dizzy, leg swollen
pregnant, my face and hands are suddenly swollen and I have a headache
trouble seeing and pain below the ribs in week 34
bleeding and contractions while I stretch
dizzy with chest pain during the exercises
my mother took a lot of magnesium and is very drowsy and breathes poorly
irregular heartbeat after magnesium tablets
numbness and weakness in my leg
twitching and weakness that will not stop, and diarrhea
my legs disturb my sleep every night and now one is numb
the veins on my calf suddenly stand out and the skin is dark
constant pain in the calf and it is swollen, red and warm
""".strip().splitlines()
OTHERS = """
how common are leg cramps in pregnancy
how do I stretch my calf at the wall
how long should I hold a calf stretch
which foods are rich in magnesium
how much magnesium do I need a day
does magnesium help against cramps at night
what is the difference between restless legs and a cramp
what causes restless legs
does coffee make restless legs worse
which medicines make restless legs worse
how is a blood clot treated
how is deep vein thrombosis examined
what does DVT mean
who has a higher risk of a clot
can I prevent a clot on a long journey
is licorice root safe in pregnancy
how do I make bay leaf oil
which shoes should I wear
can I do the heel drop while pregnant
is quinine good against cramps
does soap in the bed help
what vitamins should a pregnant woman take
dose of Detralex
side effects of Venoruton
what are compression stockings for
how does a cramp arise
which tests will the doctor do
what is a Doppler scan
is homeopathy any good
can eggshells be used for calcium
when is varicose vein surgery done
what are the names of the veins operations
which magnesium salt is best absorbed
can I take magnesium with antibiotics
how much magnesium is in almonds
do men need more magnesium than women
how often should I stretch
can I stretch in bed
does walking help restless legs
will the cramps go away after the birth
""".strip().splitlines()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Searcher]:
    home = tmp_path_factory.mktemp("samples")
    with Library.open(home) as library, search.open_home(home, Settings({})) as desk:
        ingest_samples(library)
        search.catch_up(desk, library)
        yield desk


def test_who_reports_symptoms_is_warned(samples: search.Searcher) -> None:
    missed = [text for text in SYMPTOMS if not samples.search(text).urgent]
    assert len(SYMPTOMS) == 20
    assert len(missed) <= 2, missed


def test_who_reports_none_is_not(samples: search.Searcher) -> None:
    warned = [text for text in OTHERS if samples.search(text).urgent]
    assert len(OTHERS) == 40
    assert len(warned) <= 1, warned


def test_the_warning_that_fits_comes_first_and_stays_among_the_hits(samples: search.Searcher) -> None:
    results = samples.search("sharp pain in my chest and my heart is racing")
    first = results.to_json()["urgent"][0]
    assert first["passage_id"] == "calf-swelling-as-a-warning-sign.when-to-call-an-ambulance.1"
    assert (first["rank"], first["heading_path"]) == (1, ["When to call an ambulance"])
    assert any(piece["matched"] for piece in first["snippet"])
    assert first["passage_id"] in {hit.passage.passage_id for hit in results.hits}


def test_a_symptom_in_a_long_message_is_seen(samples: search.Searcher) -> None:
    message = "Hello,\nwe love your shop and the friendly staff there, and order socks every year. " * 3
    message += (
        "\nMy husband coughs up blood and is short of breath since his flight. Which stretches do you recommend?\nAnn"
    )
    assert samples.search(message).urgent[0].passage.anchor == "when-to-call-an-ambulance"


def test_warnings_obey_filters(samples: search.Searcher) -> None:
    assert not samples.search("my calf is swollen and warm", filters={"label": ["minerals"]}).urgent


def warned(text: str, heading: str, *, urgent: bool = False) -> bool:
    engine = MemoryEngine()
    block = Block("paragraph", text="Look out for smoke, sparks and a burning smell.")
    parts = [
        Section(heading, 1, "", blocks=(block,), urgent=urgent),
        Section("Setting up", 1, "", blocks=(Block("paragraph", text="Plug it in."),)),
    ]
    rest = [
        article(f"a{n}", f"Toaster {n}", ("Use", "Toast bread, buns and rolls, and clean it."), ("Care", "Wipe it."))
        for n in range(9)
    ]
    engine.rebuild([Article("heater", "The heater", "heater.md", build_sections(parts)), *rest], 1)
    return bool(search.Searcher(engine, Settings({})).search(text).urgent)


@pytest.mark.parametrize(
    "heading",
    ["When to seek help", "Red flags", "When should I call the fire brigade?", "Warning signs", "In an emergency"],
)
def test_a_heading_makes_a_warning(heading: str) -> None:
    assert warned("there is smoke and a burning smell", heading)
    assert not warned("there is smoke and a burning smell", "About smoke")
    assert not warned("how do I toast bread and buns", heading)


def test_a_section_that_is_named_urgent_is_a_warning() -> None:
    assert warned("there is smoke and a burning smell", "About smoke", urgent=True)
