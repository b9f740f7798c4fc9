from __future__ import annotations

import pytest

import search
from corpus.settings import Settings
from search.engines.memory import MemoryEngine
from search.languages import STEMMERS, STOP_WORDS
from tests.articles import article

# A language, a sentence in it, and searches that find it: other forms of its words, with and without accents.
SENTENCES = [
    ("de", "Nächtliche Wadenkrämpfe sind in der Schwangerschaft häufig.", ["Wadenkrampf", "wadenkrampfe", "nachtlich"]),
    ("fr", "L'eau et les médicaments soulagent la douleur.", ["médicament", "medicaments", "eau", "douleurs"]),
    ("es", "La medicación alivia los calambres nocturnos.", ["medicaciones", "calambre", "nocturno", "MEDICACIÓN"]),
    ("it", "L'acqua aiuta contro i crampi notturni.", ["acqua", "crampo", "notturno"]),
    ("nl", "Kuitkrampen komen vaak voor in de nacht.", ["kuitkramp", "nachten"]),
    ("pt", "As cãibras noturnas melhoram com alongamentos.", ["caibra", "cãibra", "alongamento"]),
    ("sv", "Vadkramper är vanliga på natten.", ["vadkramp", "nätter natten"]),
    ("da", "Lægkramper er almindelige om natten.", ["lægkrampe", "almindelig"]),
    ("no", "Leggkramper er vanlige om natten.", ["leggkrampe", "vanlig"]),
    ("fi", "Suonenvedot ovat yleisiä öisin.", ["suonenveto suonenvedot", "yleinen yleisiä"]),
    ("ru", "Ночные судороги мышц проходят после растяжки.", ["судорога", "ночная", "мышцы"]),
    ("pl", "Nocne skurcze łydek są częste w ciąży.", ["skurcz skurcze", "ciaza ciąży"]),
    ("tr", "Gece krampları hamilelikte sık görülür.", ["kramp", "hamilelik"]),
    ("el", "Οι κράμπες τη νύχτα είναι συχνές.", ["κράμπα", "κραμπες"]),
    ("hu", "Az éjszakai görcsök gyakoriak.", ["görcs", "gorcsok"]),
    ("ar", "تحدث التشنجات ليلا.", ["التشنجات"]),
    ("hi", "रात में ऐंठन आम है।", ["ऐंठन", "रात"]),
    ("ja", "妊娠中の足のつりはよくあります。", ["妊娠", "足", "足のつり", "ｱﾘ 妊娠"]),
    ("zh", "怀孕期间腿部抽筋很常见。", ["抽筋", "腿部抽筋", "腿"]),
    ("ko", "임신 중 다리 쥐가 흔합니다.", ["임신", "다리", "쥐"]),
    ("la", "Crampi nocturni frequentes sunt.", ["nocturni"]),  # a language without a stemmer
]


@pytest.mark.parametrize(("language", "sentence", "searches"), SENTENCES, ids=[one[0] for one in SENTENCES])
def test_words_of_each_language_are_found_in_their_forms(language: str, sentence: str, searches: list[str]) -> None:
    engine = MemoryEngine()
    other = article("other", "Other", ("", "Nothing of the kind."))
    engine.rebuild([article("own", "X", ("", sentence), language=language), other], 1)
    desk = search.Searcher(engine, Settings({}))
    for text in searches:
        assert [hit.passage.article_id for hit in desk.search(text, only_hits=True).hits] == ["own"], text
        assert any(piece.matched for piece in desk.search(text, only_hits=True).hits[0].fragments), text


def test_a_regional_language_is_its_language() -> None:
    engine = MemoryEngine()
    engine.rebuild([article("own", "X", ("", "Die Krämpfe."), language="de-AT")], 1)
    desk = search.Searcher(engine, Settings({}))
    assert desk.search("Krampf").total == 1
    assert desk.search("die").nothing_found


def test_stop_words_are_of_languages_with_a_stemmer() -> None:
    assert set(STOP_WORDS) <= set(STEMMERS)
