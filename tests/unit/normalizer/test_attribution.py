"""Who is credited: every rule by its own examples, and agencies, first publishers and quoted media told apart."""

from __future__ import annotations

import pytest

from services.normalizer import credit_rules
from services.normalizer.attribution import TOP_LINES, Credited, Places, credits_of
from services.normalizer.credit_rules import CreditExample, CreditRule
from services.normalizer.lines import read_lines
from services.normalizer.media import MEDIA, canonical_name
from services.normalizer.own_name import is_own_name
from shared.text.match_key import fold

EXAMPLES = [pytest.param(rule, example, id=rule.name) for rule in credit_rules.RULES for example in rule.examples]
OTHERS = [pytest.param(rule, other, id=rule.name) for rule in credit_rules.RULES for other in rule.others]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_a_rule_reads_its_examples(rule: CreditRule, example: CreditExample) -> None:
    [line] = read_lines(example.text)
    assert any(fold(trigger) in line.key for trigger in rule.triggers)
    credit = rule.read(line)[0]
    assert (credit.outlets[0], credit.title, credit.date) == (example.outlet, example.title, example.date)


@pytest.mark.parametrize(("rule", "other"), OTHERS)
def test_a_rule_reads_nothing_from_the_others(rule: CreditRule, other: str) -> None:
    [line] = read_lines(other)
    assert rule.read(line) == []


NO_PLACES = Places()


def credited(text: str, source: str = "paper.example", places: Places = NO_PLACES) -> list[Credited]:
    return credits_of(read_lines(text), source, places)


def kinds(text: str, source: str = "paper.example") -> set[tuple[str, str]]:
    return {(credit.kind, credit.outlet) for credit in credited(text, source)}


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("واس - الرياض: افتتح الأمير المعرض السنوي للكتاب في المدينة بحضور عدد من الناشرين.", "SPA"),
        ("الرياض - رويترز: ارتفع سعر النفط اليوم بعد اجتماع الوزراء في العاصمة.", "Reuters"),
        ("بيروت (أ ف ب) - قال المتحدث إن المفاوضات مستمرة حتى نهاية الأسبوع.", "AFP"),
        ("سبق- وكالات: أغلقت السلطات المطار بسبب الضباب الكثيف صباح اليوم.", "agencies"),
        ("OSLO (AP) - The ferry company opened a new line on Sunday.", "AP"),
        ("NEW DELHI, May 3 (Reuters) - The railway opened a new line on Sunday.", "Reuters"),
        ("Die Polizei sucht nach Zeugen des Unfalls. (dpa)", "dpa"),
        ("El concierto terminó con aplausos del público. EFE", "EFE"),
        ("(afp/xyz)", "AFP"),
        ("RİZE (AA) - Yeni köprü pazar günü açıldı.", "Anadolu"),
    ],
)
def test_an_agency_in_a_dateline_or_credit_is_a_co_author(text: str, outlet: str) -> None:
    assert ("agency", outlet) in kinds(text)


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("وقال الوزير لرويترز إن الاتفاق قريب.", "Reuters"),
        ("وأوضحت مصادر لوكالة الأنباء الألمانية (د.ب.أ) أن المباراة لم تتأكد.", "dpa"),
        ("وبحسب صحيفة «نيويورك تايمز» فإن الخطة سرية.", "New York Times"),
        ("It was first told to AFP by a witness, police said.", "AFP"),
        ("The minister told Reuters on Monday that talks go on.", "Reuters"),
        ("a affirmé à l'AFP un membre de sa famille.", "AFP"),
        ("Об этом сообщает ТАСС со ссылкой на министерство.", "TASS"),
        ("به گزارش ایسنا، قیمت نفت افزایش یافت.", "ISNA"),
    ],
)
def test_a_medium_that_the_news_is_told_by_is_quoted(text: str, outlet: str) -> None:
    assert kinds(text) == {("quote", outlet)}


@pytest.mark.parametrize(
    "text",
    [
        "Thomson Reuters named a new chief executive.",
        "هضبة الأناضول شهدت أمطاراً غزيرة هذا الشتاء.",
        "ماذا فعلت بنا الأيام",
        "Apply for the map of AA meetings.",
        "Foto: Jane Example/AFP",
        "Tout le monde était là, et les monde de la culture aussi.",
        "نشر الوزير على موقع «تويتر» صورة له.",
    ],
)
def test_names_that_only_look_like_media_are_not_credited(text: str) -> None:
    assert kinds(text) == set()


def test_the_source_itself_is_never_credited() -> None:
    assert kinds("LONDON (Reuters) - Shares rose.", "www.reuters.com") == set()
    assert kinds("وأكدت صحيفة «سبق» أن الخبر صحيح.", "sabq.org") == set()


def test_a_first_publisher_is_not_quoted_as_well() -> None:
    text = "وقالت رويترز إن الأسعار ارتفعت.\nالمصدر: رويترز"
    assert kinds(text) == {("agency", "Reuters")}


def test_the_evidence_is_the_sentence() -> None:
    [credit] = credited("قال الوزير كلمته. وذكرت صحيفة «المثال» أن الجسر جديد! ثم انصرف الجميع.")
    assert credit.evidence == "وذكرت صحيفة «المثال» أن الجسر جديد!"


def test_the_evidence_is_not_cut_at_an_abbreviation() -> None:
    [credit] = credited("وقال المصدر لوكالة أ. ف. ب. إن الأمر انتهى.")
    assert credit.evidence == "وقال المصدر لوكالة أ. ف. ب. إن الأمر انتهى."


@pytest.mark.parametrize("medium", MEDIA, ids=lambda medium: medium.name)
def test_every_form_leads_to_a_canonical_name(medium: object) -> None:
    names = {entry.name for entry in MEDIA}
    assert all(canonical_name(form) in names for form in getattr(medium, "forms", ()))


@pytest.mark.parametrize(
    ("name", "source", "is_own"),
    [
        ("سبق", "sabq.org", True),
        ("الرياض", "alriyadh", True),
        ("رويترز", "sabq.org", False),
        ("ماء", "m.example", False),
    ],
)
def test_the_source_is_known_in_another_script(name: str, source: str, is_own: bool) -> None:
    assert is_own_name(name, source) is is_own


def test_a_dateline_is_looked_for_where_the_story_begins() -> None:
    above = [f"Line {number} above the story" for number in range(TOP_LINES)]
    text = "\n".join([*above, "OSLO (Reuters) - The ferry company opened a new line on Sunday."])
    assert [credit.kind for credit in credited(text)] == ["quote"]
    assert [credit.kind for credit in credited(text, places=Places(removed=range(TOP_LINES)))] == ["agency"]
