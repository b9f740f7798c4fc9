"""What a pasted message asks: its questions, without what surrounds them and without what names a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from corpus.sentences import sentences
from search.analysis import WORD
from search.clauses import QUESTION_WORDS
from search.languages import STOP_WORDS

MOST_QUESTIONS = 5

# A text of one line with more words than this is prose; one with fewer is a search, of which only what names a person
# is set aside.
PROSE_FROM = 8

_WRAPPED_FROM = 60  # characters of a line that a mail program may have ended: the next line goes on with it
_LONG = 12  # words of a line that is no part of a signature


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was written, and what to search for to answer it."""

    text: str
    search: str


@dataclass(frozen=True, slots=True)
class Message:
    """What to search for, and the questions in it; none unless there are several."""

    search: str
    questions: tuple[Question, ...] = ()


def read(text: str) -> Message:
    """Read what a text asks, apart from greeting, signature, quoted reply, small talk and what names a person.

    A text of which nothing would be left is searched for as it is.
    """
    if not is_prose(text):
        return Message(without_persons(text))
    own = without_persons(_without_signature(_without_quotes(text)))
    said = [one for one in _sentences(_GREETING.sub("", own, count=1)) if not _SMALL_TALK.fullmatch(one)]
    asking = [n for n, one in enumerate(said) if _ASKS.search(one)]
    # "Is that possible?" after a question is no other one.
    asking = [n for n in asking if n - 1 not in asking or _content(said[n])][:MOST_QUESTIONS]
    questions = tuple(Question(said[n], _in_context(said, n)) for n in asking) if len(asking) > 1 else ()
    return Message("\n".join(said) or text, questions)


def is_prose(text: str) -> bool:
    """Tell whether a text is sentences, not words to search for."""
    return "\n" in text or any(islice(WORD.finditer(text), PROSE_FROM, None))


_NAME = r"[^\W\d_a-z][\w'’-]+"
_PERSON = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    # Phone numbers: nine digits or more after a plus or a nought, or grouped as in America.
    r"|(?<![\w.,-])(?:\+|\(?0)(?=(?:[ ()/.-]{0,2}\d){8})[\d ()/.-]*\d(?!\w)"
    r"|(?<![\w-])\(?\d{3}\)?[- .]{1,2}\d{3}[- .]\d{4}(?!\w)"
    # Numbers of orders, customers and the like: the word before them stays.
    r"|\b(?P<kept>(?i:order|ticket|invoice|customer|account|tracking|reference|ref|booking|case|parcel|policy|contract"
    r"|member(?:ship)?|phone|tel|mobile|fax)\b)(?i:[\s.:#-]*(?:no|nr|number|id|code|is)\b)*[\s.:#-]*"
    r"(?=[A-Z-]*\d)[A-Z\d][A-Z\d/-]{3,}\d\b"
    # Names that are given as such.
    rf"|\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herr|Frau)\b\.?(?:\s+{_NAME}){{1,3}}"
    rf"|\b(?i:my name is|my name['’]s|i am called)(?:\s+{_NAME}){{1,3}}"
    rf"|\b(?i:this is|i am|i['’]m)(?:\s+{_NAME}){{2,3}}(?=\s*[,.!\n]| and | from )"
)


def without_persons(text: str) -> str:
    """Take out e-mail addresses, phone and order numbers, and names given as such; alone, they stay."""
    left = _PERSON.sub(lambda found: found["kept"] or " ", text).strip()
    return left if WORD.search(left) else text


_HEADER = re.compile(
    r"\A\s*(?:-{2,}[^\n]*\n)?(?:(?:from|to|cc|bcc|date|sent|reply-to|subject|von|an|gesendet|datum|betreff):[^\n]*(?:\n|$))+",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"^(?:subject|betreff):[ \t]*(?:(?:re|fwd?|aw|wg):[ \t]*)*(.*)$", re.IGNORECASE | re.MULTILINE)
_REPLY = re.compile(
    r"^(?:on\b[^\n]{5,200}\n?[^\n]{0,80}\bwrote:|am\b[^\n]{5,200}\bschrieb\b[^\n]*:|le\b[^\n]{5,200}a écrit\s?:"
    r"|-{2,}\s*(?:original|ursprüngliche|forwarded|weitergeleitete)\b[^\n]*|_{10,}|(?:from|von):[^\n]+)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(r"^[ \t]*>.*$\n?", re.MULTILINE)


def _without_quotes(text: str) -> str:
    """Return what the writer wrote: the text without its header and the replies quoted in it, unless it is no more."""
    text = _HEADER.sub(lambda head: "\n".join(_SUBJECT.findall(head[0])) + "\n", text)
    own = _QUOTED.sub("", _REPLY.split(text, maxsplit=1)[0])
    return own if WORD.search(own) else text


_CLOSING = re.compile(
    r"^[ \t]*(?:(?P<thanks>(?:many )?thanks?(?: you)?[^\n?]{0,40}|cheers|best)"
    r"|[^\n?.]{0,30}\b(?:regards|best wishes|sincerely|yours (?:faithfully|truly))"
    r"|(?:mit |viele |liebe |beste )+(?:freundlichen )?grüße|mfg|lg|cordialement|(?:un )?saludos?"
    r"|--|sent (?:from my|via) [^\n]{2,40})[ \t,.!]*$",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSED_INLINE = re.compile(
    r"[.!?,\s]+(?i:(?:(?:with )?(?:kind|best|warm) )?regards|best(?=,)|(?:yours )?sincerely|best wishes"
    rf"|(?:many )?thanks|thank you)[\s,.!]*(?:{_NAME}\s*){{0,3}}[.!]?\s*$"
)
_POSTSCRIPT = re.compile(r"^[ \t]*p\.?\s?s\.?[\s:,]+(?=\w)", re.IGNORECASE | re.MULTILINE)


def _without_signature(text: str) -> str:
    for closing in _CLOSING.finditer(text):
        before, rest = text[: closing.start()], text[closing.end() :]
        postscript = _POSTSCRIPT.search(rest)
        signature = rest[: postscript.start()] if postscript else rest
        if closing["thanks"] and ("?" in signature or any(len(one.split()) > _LONG for one in signature.split("\n"))):
            continue  # thanks in the middle of a message
        if WORD.search(before):
            return before + (rest[postscript.end() :] if postscript else "")
    return _CLOSED_INLINE.sub(lambda found: found[0][0].strip(), text)


_GREETING = re.compile(
    r"^\s*(?:(?i:hi|hello|hey|hallo|dear|greetings|good (?:morning|afternoon|evening|day)|guten (?:tag|morgen|abend)"
    r"|sehr geehrte[rs]?|bonjour|hola)\b(?:(?:[ \t]+[\w.'’-]+){0,4}[ \t]*[,.!:]*[ \t]*$"
    rf"|(?:[ \t]+(?:{_NAME}|there|all|team|everyone|sir|madam|or)){{0,4}}\s*[,.!:]+|(?=\s+(?i:i|my|we|can|could)\b))"
    r"|(?i:to whom it may concern)[ \t,:]*)",
    re.MULTILINE,
)
_SMALL_TALK = re.compile(
    r"(?:(?:and|so|but|also|now|many|please)\s+)*(?:"
    + "|".join(
        (
            r"(?:i )?hope (?:you|this|all|everything)[^?]{0,60}",
            r"how are you[^?]{0,30}\?*",
            r"(?:thanks?|thank you|thx)\b[^?]{0,60}",
            r"(?:i )?(?:look|looking) forward[^?]{0,60}",
            r"have a (?:nice|good|great)[^?]{0,30}",
            r"help(?: me)?(?: please)?",
            r"(?:can|could) (?:you|anyone|someone)(?: please)? help(?: me)?(?: with this)?",
            r"(?:let me know|advise|get back to me)[^?]{0,25}",
            r"sorry (?:to|for) (?:bother|disturb|the)[^?]{0,60}",
            r"i(?: have|['’]ve|['’]ve got| have got) (?:a|an|another|some|two|three)(?: \w+)? questions?[^?]{0,12}",
            r"any (?:help|ideas?|advice)[^?]{0,40}",
            r"i(?: would|['’]d) (?:appreciate|be grateful)[^?]{0,60}",
            r"(?:your|any) (?:help|answer|reply)[^?]{0,50}appreciated",
            r"(?:my|our) (?:telephone|phone|mobile|e-?mail|contact)\b[^?]{0,20}\b(?:is|are)\b[^?]{0,40}",
        )
    )
    + r")[\s.!?,:]*",
    re.IGNORECASE,
)

_ASKING = (
    r"(?:who|whom|whose|what|when|where|which|why|how)(?:['’]s)?\b"
    r"|(?:is|are|was|were|do|does|did|can|could|should|would|will|may|might|must|has|have|am)(?:n['’]t)?\s+"
    r"(?:i|you|we|he|she|it|they|one|there|this|that|these|those|the|a|an|any|my|our|your)\b"
)
_ASKS = re.compile(
    r"\?\W*$"
    rf"|^\W*(?:(?:and|also|so|or|but|please|then|next|second(?:ly)?|finally)\b[\s,]*)*(?:{_ASKING})"
    r"|\b(?:tell|let|show) (?:me|us)\b.{0,40}\b(?:how|what|if|whether|when|where|why|which|who|about)\b"
    r"|\bi(?:['’]d| would)? (?:like|want|need|wish) to (?:know|ask|learn|find out)\b"
    r"|\bi (?:wonder|(?:was|am) wondering)\b|\b(?:please|kindly) (?:explain|describe|advise)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")
# Where a sentence may begin in small letters, as customers write.
_BREAK = re.compile(
    rf"(?<=\?)\s+|(?<=[.!])\s+(?=(?:and |also |so |please )?(?:{_ASKING}|thank|please)\b)", re.IGNORECASE
)


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a message: a line that is no longer than its writer made it ends one."""
    unwrapped = re.sub(rf"(?<=[^\n]{{{_WRAPPED_FROM}}})\n(?=\S)", " ", text)
    for line in unwrapped.split("\n"):
        for sentence in sentences(_NUMBERED.sub("", line)):
            yield from (part.strip() for part in _BREAK.split(sentence) if WORD.search(part))


_POINTS = re.compile(
    r"\b(?:it(?!\s+(?:\w+\s+)?(?:to|that|if)\b)|its|this|these|those|they|them|their|such"
    r"|(?:is|does|do|did|about|for|of|with) that|that(?=\W*$))\b",
    re.IGNORECASE,
)


def _in_context(said: Sequence[str], n: int) -> str:
    """Return a question with what was last said in full, where it points back or names next to nothing itself."""
    if _stands_alone(said[n]):
        return said[n]
    before = next((one for one in reversed(said[:n]) if _stands_alone(one)), None)
    return f"{before}\n{said[n]}" if before else said[n]


def _stands_alone(sentence: str) -> bool:
    return not _POINTS.search(sentence) and len(_content(sentence)) > 1


def _content(sentence: str) -> set[str]:
    words = {word[0].lower() for word in WORD.finditer(sentence)}
    return words - QUESTION_WORDS - STOP_WORDS["en"]
