"""The forms that a name takes in a sentence: clitics and articles in Arabic script, endings elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

_CLITICS = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل")
_ARTICLE = "ال"
_ARABIC_ENDINGS = ("", "ه", "ون", "ين", "ات", "تين", "ا")
_LATIN_ENDINGS = (
    *("", "s", "e", "es", "o", "os", "a", "as", "i", "n", "en", "er", "em", "ern", "ne", "nes", "ns", "in", "innen"),
    *("ian", "ians", "che", "chi", "ca", "que", "ques", "he", "hi", "ler", "lar", "li", "ha"),
)
_ADJECTIVE_ENDINGS = (
    *("ий", "ая", "ое", "ие", "ого", "ой", "ому", "им", "ом", "ую", "их", "ими", "ый", "ые", "ым", "ых", "ими"),
    *("", "а", "у", "е", "и", "ы", "і", "ій", "ої", "ою", "ою", "ому", "ім", "ої", "ами", "ам", "ах", "ов", "ін", "ко"),
    *("ская", "ский", "ского", "ской", "ские", "ских", "ским", "скую", "ском", "о", "к", "ка", "ки", "ців", "ці"),
    *("ец", "цы", "цев", "ця", "яне", "ян", "анин", "ане", "анцы", "анец", "анцев"),
)
_NOUN_ENDINGS = {
    "ия": ("ии", "ию", "ией"),
    "ія": ("ії", "ію", "ією"),
    "я": ("и", "ю", "ей", "е", "і"),
    "а": ("ы", "у", "е", "ой", "и", "і", "ою"),
    "ь": ("и", "ю", "ем", "я", "е", "і"),
    "й": ("я", "ю", "ем", "е", "ї"),
    "": ("а", "у", "ом", "е", "ові", "і", "ою", "ы", "ам", "ах"),
}
_FEW_LETTERS = 3


def is_arabic(name: str) -> bool:
    """Whether the name is written in Arabic script."""
    return any("\u0600" <= char <= "\u06ff" for char in name)


def is_cyrillic(name: str) -> bool:
    """Whether the name is written in Cyrillic script."""
    return any("\u0400" <= char <= "\u04ff" for char in name)


def name_forms(name: str) -> Iterator[str]:
    """Forms of a folded country or place name."""
    yield name
    if is_arabic(name):
        yield from _with_clitics(name)
    elif is_cyrillic(name) and " " not in name and len(name) > _FEW_LETTERS:
        yield from _inflected(name)
    elif " " not in name and len(name) > _FEW_LETTERS:
        yield name + "s"  # genitive without apostrophe: Deutschlands


def demonym_forms(stem: str) -> Iterator[str]:
    """Forms of a folded demonym: in Arabic script the masculine singular, elsewhere what all its forms begin with."""
    if is_arabic(stem):
        head, _, tail = stem.partition(" ")
        for ending in _ARABIC_ENDINGS:
            for form in (head + ending, _ARTICLE + head + ending):
                tails = (tail,) if not tail else (tail, tail + "ه", _ARTICLE + tail, _ARTICLE + tail + "ه")
                for rest in tails:
                    yield from _with_clitics(f"{form} {rest}".strip())
    else:
        for ending in _ADJECTIVE_ENDINGS if is_cyrillic(stem) else _LATIN_ENDINGS:
            yield stem + ending


def _with_clitics(name: str) -> Iterator[str]:
    for clitic in _CLITICS:
        if clitic.endswith("ل") and name.startswith(_ARTICLE):
            yield clitic + name[1:]  # ل + السعودية = للسعودية
        yield clitic + name


def _inflected(name: str) -> Iterator[str]:
    for ending, forms in _NOUN_ENDINGS.items():
        if name.endswith(ending):
            stem = name[: len(name) - len(ending)]
            for form in forms:
                yield stem + form
            return
