"""The language: right on sentences of many languages, held to the script, and `und` rather than a guess."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.language import LEAST_LETTERS, UNKNOWN, identify
from services.normalizer.mojibake import repaired
from tests.unit.normalizer.articles import BODY

SENTENCES = {
    "ar": "افتتح محافظ المدينة صباح اليوم جسراً جديداً فوق النهر بعد عامين من العمل",
    "fa": "استاندار امروز صبح پل جدیدی را پس از دو سال کار بر روی رودخانه افتتاح کرد",
    "ur": "گورنر نے آج صبح دو سال کے کام کے بعد دریا پر ایک نئے پل کا افتتاح کیا ہے",
    "ckb": "پارێزگار ئەمڕۆ بەیانی پردێکی نوێی لەسەر ڕووبارەکە کردەوە دوای دوو ساڵ کارکردن",
    "en": "The governor opened a new bridge over the river this morning after two years of work",
    "fr": "Le gouverneur a inauguré ce matin un nouveau pont sur la rivière après deux ans de travaux",
    "es": "El gobernador inauguró esta mañana un nuevo puente sobre el río tras dos años de obras",
    "pt": "O governador inaugurou esta manhã uma nova ponte sobre o rio depois de dois anos de obras",
    "de": "Der Gouverneur hat heute Morgen nach zwei Jahren Arbeit eine neue Brücke über den Fluss eröffnet",
    "it": "Il governatore ha inaugurato questa mattina un nuovo ponte sul fiume dopo due anni di lavori",
    "ru": "Губернатор открыл сегодня утром новый мост через реку после двух лет работы",
    "uk": "Губернатор відкрив сьогодні вранці новий міст через річку після двох років роботи",
    "tr": "Vali bu sabah iki yıllık çalışmanın ardından nehrin üzerindeki yeni köprüyü açtı",
    "el": "Ο κυβερνήτης εγκαινίασε σήμερα το πρωί μια νέα γέφυρα πάνω από τον ποταμό",
    "he": "המושל חנך הבוקר גשר חדש מעל הנהר לאחר שנתיים של עבודה",
    "zh": "州长今天上午在历时两年的施工后为河上的新桥揭幕并发表讲话",
    "ja": "知事は今朝、二年間の工事を経て川に架かる新しい橋を開通させました",
    "ko": "주지사는 오늘 아침 2년간의 공사 끝에 강 위의 새 다리를 개통했다",
    "hi": "राज्यपाल ने आज सुबह दो साल के काम के बाद नदी पर एक नए पुल का उद्घाटन किया",
    "th": "ผู้ว่าการเปิดสะพานใหม่ข้ามแม่น้ำเมื่อเช้านี้หลังจากทำงานมาสองปี",
}


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_sentences_are_told_apart(code: str, text: str) -> None:
    assert identify("", text).code == code


@pytest.mark.parametrize("code", ["ar", "fa", "ur", "ckb", "he"])
def test_what_is_written_from_right_to_left_is_told(code: str) -> None:
    assert identify("", SENTENCES[code]).direction == "rtl"
    assert identify("", SENTENCES["en"]).direction == "ltr"


def test_the_body_decides_over_the_title() -> None:
    assert identify(SENTENCES["en"], "\n".join(BODY)).code == "ar"


def test_a_hint_is_not_the_truth() -> None:
    assert identify("", SENTENCES["ar"], "en-US").code == "ar"


def test_a_hint_decides_where_the_text_is_too_short() -> None:
    short = "Bonjour"
    assert len(short) < LEAST_LETTERS
    assert identify("", short).code == UNKNOWN
    assert identify("", short, "fr_FR").code == "fr"
    assert identify("", short, "ar").code == UNKNOWN


def test_what_holds_no_letters_has_no_language() -> None:
    assert identify("", "12345 !!!").code == UNKNOWN


@given(st.text(max_size=200), st.text(max_size=200), st.none() | st.text(max_size=8))
@settings(max_examples=200, deadline=None)
def test_no_text_raises(title: str, text: str, hint: str | None) -> None:
    found = identify(title, text, hint)
    assert 0 <= found.confidence <= 1


ARABIC = BODY[0]
RUSSIAN = SENTENCES["ru"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(ARABIC, "cp1252"), (ARABIC, "cp1256"), (RUSSIAN, "cp1251"), (RUSSIAN, "latin-1"), (SENTENCES["el"], "latin-1")],
)
def test_mojibake_is_repaired(text: str, encoding: str) -> None:
    broken = "".join(_as_read(byte, encoding) for byte in text.encode("utf-8"))
    assert broken != text
    assert repaired(broken) == text


def _as_read(byte: int, encoding: str) -> str:
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize("text", [*SENTENCES.values(), "Ñandú × Übermut Ãtata", "Δ Ψ Ω Øresund Ùn Ðà"])
def test_what_is_no_mojibake_is_left(text: str) -> None:
    assert repaired(text) == text


@given(st.text())
def test_repairing_never_raises(text: str) -> None:
    repaired(text)
