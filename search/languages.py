"""What each language brings to the analysis: its Snowball stemmer and its words without a meaning of their own."""

from __future__ import annotations

import functools
import unicodedata

# ISO 639-1 to Snowball's names. Other languages are indexed as written, but for case and accents.
STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
    "cs": "czech",
    "eo": "esperanto",
    "st": "sesotho",
}

# Languages that write a word before another with an apostrophe between (l'eau): what stands before it is left away.
ELIDING = frozenset(("fr", "it", "ca"))

# English question words ("how", "can") are no stop words: they are indexed and count for less (see querytext).
_STOP_WORDS = {
    "en": """a an and are as at be been being but by for from had has have he her hers him his if in into is it its
        itself of on or our ours s she so such t than that the their theirs them then there these they this those to us
        was we were will with would your yours""",
    "de": """aber als am an auch auf aus bei beim bin bis bist da damit das dass dein dem den denn der des die dir doch
        du durch ein eine einem einen einer eines er es für haben hat hatte ich ihm ihn ihr ihre im in ins ist ja kann
        man mein meine mich mir mit muss nach noch nur ob oder sehr sein seine sich sie sind so soll über um und uns
        unser vom von vor wann war waren warum was welche welcher welches wenn wer werden wie wieso will wir wird wo
        zu zum zur""",
    "fr": """a ai ainsi alors as au aussi aux avec avoir ce ceci cela ces cet cette ceux chez ci comme comment dans de
        des donc du elle elles en est et étaient était être eu eux fait faire il ils je la le les leur leurs lui ma mais
        me mes moi mon ne nos notre nous on ont ou où par pas peut plus pour pourquoi qu quand que quel quelle quelles
        quels qui sa sans se ses si son sont sur ta te tes toi ton tu un une vos votre vous y""",
    "es": """a al algo ante aquel aquella como cómo con cuál cuáles cuando cuándo de del desde donde dónde e el él ella
        ellas ellos en entre era es esa ese eso esta está están este esto fue ha hace hacer han hasta hay la las le les
        lo los más me mi mis muy ni no nos o para pero por porque puede puedo que qué quien quién se sea ser si sí sin
        sobre son su sus también te tiene tu tus un una uno unos y ya yo""",
    "it": """a agli ai al alla alle allo anche c che chi ci come con cosa cui da dagli dai dal dalla dalle de degli dei
        del della delle dello di dove e è ed era fa fare gli ha hai hanno ho i il in io l la le lei lo loro lui ma mi
        mia mie mio ne negli nei nel nella nelle noi non o per perché più può qual quale quali quando quanto questa
        queste questi questo se sei si sia sono su sua sue sugli sui sul sulla suo ti tra tu un una uno vi voi""",
    "nl": """aan al als bij daar dan dat de deze die dit doen door dus een en er ge geen had heb hebben heeft hem het
        hier hij hoe hun ik in is je jij kan kun kunnen maar me men met mij mijn moet na naar niet nog nu of om onder
        ons ook op over te tot u uit uw van veel voor waarom waar wanneer want waren was wat we welke werd wie wij
        wil worden wordt ze zelf zich zij zijn zo zou""",
    "pt": """a ao aos aquela aquele as às até com como da das de dela dele do dos e é ela elas ele eles em entre era
        essa esse esta está estão este eu foi fazer há isso isto já lhe lhes mais mas me mesmo meu meus minha muito na
        não nas nem no nos nós num numa o onde os ou para pela pelas pelo pelos pode podem por porque posso qual quais
        quando que quem se sem ser seu seus só sua suas são também te tem tu um uma você""",
    "sv": """alla att av blev bli blir de dem den denna deras dess det detta dig din du där då efter ej eller en er ett
        för från får ha hade han har henne hennes hon honom hur här i icke ifrån in inte jag kan man med mig min mina
        mitt mot mycket ni nu när någon några något och om oss på sig sin sina skall ska som så till under upp ut utan
        vad var varför vara vem vi vid vilken är över""",
    "da": """af alle at blev bliver da de dem den denne der deres det dette dig din disse dog du efter eller en end er
        et for fra få får ham han hans har have havde hende her hos hun hvad hvem hvis hvor hvorfor hvordan i ikke ind
        jeg jer kan man med meget men mig min mine mit mod må ned nogle noget nok nu når og også om op os over på sig
        sin skal som så til ud under var ved vi vil være år""",
    "no": """alle at av ble bli blir da de den denne der dere det dette dem din du eller en enn er et etter for fra få
        får ha hadde han har henne her hun hva hvem hvis hvor hvordan hvorfor i ikke inn jeg kan man med meg men min
        mot må ned noe noen nok nå når og også om opp oss over på seg sin skal som så til ut under var ved vi vil
        være å""",
    "ru": """а без бы был была были было быть в вам вас во вот все вы где да для до его ее если есть еще же за здесь и
        из или им их к как какая какие какой ко когда кто ли меня мне может можно мой мы на над нам нас не него нее нет
        ни них но о об он она они оно от очень по под почему при с со так такой там то тоже только ты у уже чего чем
        что чтобы эта эти это этот я""",
    "pl": """a aby ale bo być by był była było były co czy dla do gdy gdzie go i ich im ja jak jaka jaki jakie jako jest
        jestem już każdy kiedy kto która które który ma mam mi mnie może można na nad nie nim o od on ona one oni oraz
        po pod przez przy są się ta tak także te tego tej ten to tu tylko ty u w we więc wszystko z za ze że""",
}


@functools.lru_cache(256)
def of(tag: str) -> str:
    """Return the language of a tag such as `de-AT`."""
    return tag.partition("-")[0].partition("_")[0].lower()


def without_accents(text: str) -> str:
    """Resolve compatibility forms and leave accents away; signs that make another letter of one (a virama) stay."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(char for char in plain if unicodedata.combining(char) <= 9))


STOP_WORDS = {
    language: frozenset(without_accents(word) for word in words.split()) for language, words in _STOP_WORDS.items()
}
STOP_WORDS["nb"] = STOP_WORDS["nn"] = STOP_WORDS["no"]
