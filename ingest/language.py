"""The language of a text, by its script and its commonest words."""

from __future__ import annotations

import re
from collections import Counter

_LOOKED_AT = 20_000  # characters
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("cyrillic", re.compile(r"[\u0400-\u04ff]")),
)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "en": "the and of to is that with for are this you be was by it not can as or from",
    "de": "der die das und ist nicht mit ein eine den von zu auf sich für dem werden oder auch bei",
    "fr": "le la les et est des une dans pour que qui pas sur avec par du il sont ou plus",
    "es": "el los las y es que en un una por con para del se no su como más puede",
    "it": "il di che è la per una con non sono del della le i gli si più da anche",
    "pt": "o os as e é que em um uma por com para do da não se ao mais pode são",
    "nl": "de het een en van is niet met op voor dat zijn te in bij ook wordt kan door aan",
    "pl": "i w na się nie że do jest to z jak lub po przy przez dla są oraz może od",
    "uk": "і в на що не з та до це як для при або від є у за може які також",
    "ru": "и в на что не с по это как для при или от из у за может которые также",
}
_LANGUAGES: dict[str, list[str]] = {}
for _language, _words in _COMMON.items():
    for _common in _words.split():
        _LANGUAGES.setdefault(_common, []).append(_language)


def guess_language(text: str) -> str:
    """Return the ISO 639-1 code of the text's language; `en` unless it is clearly another."""
    sample = text[:_LOOKED_AT]
    letters = len(_LETTER.findall(sample))
    for script, pattern in _SCRIPTS:
        if len(pattern.findall(sample)) * 5 > letters * (1 if script == "ja" else 2):
            if script != "cyrillic":
                return script
            break
    found = Counter(language for word in _WORD.findall(sample.lower()) for language in _LANGUAGES.get(word, ()))
    best = max(found, key=lambda language: (found[language], language), default="en")
    return best if found[best] > max(3, 1.3 * found["en"]) else "en"
