from __future__ import annotations

import pytest

import search
from corpus.settings import Settings
from search import messages
from search.engines.memory import MemoryEngine
from tests.articles import article, small_library

LETTER = """Subject: Re: Cramps
From: Anna Berg <anna.berg@example.com>

Dear Support Team,

I hope you are well. My name is Anna Berg and I am a customer of yours (order no. A-123456).
I am in week 24 of my pregnancy and every night I wake up because my calf cramps so badly that I could
scream. What can I do when it happens? And should I take magnesium tablets?

My phone number is +49 89 1234567, mail anna.berg@example.com.
Thanks in advance!

Kind regards,
Anna Berg
Baker Street 12

PS: Do you ship stockings to Austria?

On Mon, 3 Feb 2025 at 10:12, Support <support@example.com> wrote:
> Dear Anna,
> which vitamins do you take?
"""
SITUATION = (
    "I am in week 24 of my pregnancy and every night I wake up because my calf cramps so badly that I could scream."
)


def texts(text: str) -> list[str]:
    return [question.text for question in messages.read(text).questions]


def test_of_a_letter_what_is_asked_stays() -> None:
    assert messages.read(LETTER).search.split("\n") == [
        "Cramps",
        SITUATION,
        "What can I do when it happens?",
        "And should I take magnesium tablets?",
        "Do you ship stockings to Austria?",
    ]


def test_each_question_of_a_letter_is_found_with_what_it_points_back_to() -> None:
    found = messages.read(LETTER).questions
    assert [one.text for one in found] == messages.read(LETTER).search.split("\n")[2:]
    assert [one.search.split("\n")[:-1] for one in found] == [[SITUATION], [], []]


@pytest.mark.parametrize(
    "text",
    [
        "leg cramps magnesium night pregnancy calf stretching vitamins potassium calcium shoes",
        "leg cramps\nmagnesium\nrestless legs",
        "what is known of the blood. methods of interest are polarography and tonometry. only adults.",
        "good morning stretches",
        "thanks",
        "How often should I stretch the calf, and for how many weeks in a row?",
        'what does "leave from the 20. to the 22. week" mean for the daily dose?',
        "take 0.25 - 0.75 mg between the weeks 20-22 and not before 2024-05-31 or 12.05.2024",
    ],
)
def test_what_is_no_letter_stays_as_it_is(text: str) -> None:
    assert messages.read(text).search.split() == text.split()
    assert texts(text) == []


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("How often should I stretch? What if the calf is swollen?", 2),
        ("bundle block. tell me what a bundle block is. what are the symptoms. what is done for this? Thank you", 3),
        ("1. How long should I hold a stretch?\n2. How often a day?\n3. Is it safe in pregnancy?", 3),
        ("How can I know that my mail was read by the other person? Is there a way to know?", 1),
        ("Hello, can you help me? My calf cramps at night. Is a banana of any use?", 1),
        ("my leg is swollen and hot since yesterday\nshould i see a doctor\nthanks\ntom", 1),
        (
            "Does milk help?\n" * 3 + "Does tea help?\nDo nuts help?\nDo beans help?\nDoes rice help?\nDoes soup help?",
            5,
        ),
    ],
)
def test_one_to_five_questions_are_found(text: str, questions: int) -> None:
    assert len(texts(text)) == (questions if questions > 1 else 0)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("how do I reach anna.berg@example.com", "how do I reach"),
        ("where is my order 12345678", "where is my order"),
        ("invoice no. 2024-00817 is wrong", "invoice is wrong"),
        ("call me on 0151 2345 6789", "call me on"),
        ("call (555) 123-4567", "call"),
        ("Mrs Berg asks about magnesium", "asks about magnesium"),
        ("error E-1042 after signing in", "error E-1042 after signing in"),
        ("vitamin B12 2000 mg 1-2 a day", "vitamin B12 2000 mg 1-2 a day"),
        ("12345678", "12345678"),
    ],
)
def test_what_names_a_person_is_not_searched_for(text: str, left: str) -> None:
    assert messages.read(text).search.split() == left.split()


def test_a_reply_below_what_it_quotes_and_a_forwarded_message_are_read() -> None:
    quoted = (
        "> Do you sleep badly?\n> Kind regards\n\nYes. Does magnesium help against cramps at night in older people?"
    )
    assert messages.read(quoted).search.split("\n")[-1].startswith("Does magnesium help")
    assert "sleep" not in messages.read(quoted).search
    forwarded = "---------- Forwarded message ---------\nFrom: X <x@example.com>\n\nHow often should I stretch?\n"
    assert messages.read(forwarded).search == "How often should I stretch?"


def test_thanks_in_the_middle_end_no_message() -> None:
    text = "Thanks for the answer.\n\nI have another question:\nThanks\nDoes iron help against restless legs at night?"
    assert messages.read(text).search.endswith("Does iron help against restless legs at night?")


def test_a_message_of_nothing_but_thanks_is_searched_as_it_is() -> None:
    text = "Hello,\n\nmany thanks for your help!\n\nKind regards\nTom"
    assert messages.read(text).search == text


def test_each_question_is_answered_in_a_group_of_its_own() -> None:
    engine = MemoryEngine()
    engine.rebuild(
        [*small_library(), article("stockings", "Stockings", ("", "Wash stockings by hand at 30 degrees."))], 1
    )
    desk = search.Searcher(engine, Settings({}))
    results = desk.search("Hi Anna,\nwhat causes leg cramps in pregnancy?\nHow are stockings washed?\nBest\nTom")
    data = results.to_json()
    assert [one["text"] for one in data["questions"]] == [
        "what causes leg cramps in pregnancy?",
        "How are stockings washed?",
    ]
    assert [one["hits"][0]["article_id"] for one in data["questions"]] == ["leg-cramps", "stockings"]
    assert all(set(one) == {"text", "answer", "nothing_found", "hits"} for one in data["questions"])
    assert {"leg-cramps", "stockings"} <= {hit["article_id"] for hit in data["hits"]}
    assert desk.search("how do I stop a cramp").to_json()["questions"] == []
