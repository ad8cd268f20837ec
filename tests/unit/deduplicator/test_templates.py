"""Serial items, filled in anew each day from one template, are no copies of each other; the same item edited is one."""

from __future__ import annotations

import pytest

from services.deduplicator.fingerprint import fingerprint
from services.deduplicator.verdict import judge

Article = tuple[str, str]


def rates(day: str, dollar: str, euro: str, dinar: str, pound: str, gold: str) -> Article:
    return (
        f"أسعار العملات اليوم {day}",
        f"استقرت أسعار العملات الأجنبية أمام الجنيه في تعاملات البنوك اليوم {day} بحسب آخر تحديث للبنك المركزي. "
        f"وسجل سعر الدولار {dollar} جنيها للبيع، فيما سجل سعر اليورو {euro} جنيها للبيع في البنوك الحكومية. "
        f"وبلغ سعر الدينار الكويتي {dinar} جنيها، وسجل الجنيه الإسترليني {pound} جنيها للبيع. "
        f"وعلى صعيد متصل سجل سعر غرام الذهب من عيار ٢١ نحو {gold} جنيها في محال الصاغة وفق شعبة الذهب.",
    )


def prayers(day: str, *times: str) -> Article:
    dawn, sunrise, noon, afternoon, sunset, night = times
    return (
        f"مواقيت الصلاة ليوم {day}",
        f"تنشر الصحيفة لقرائها مواقيت الصلاة في العاصمة وضواحيها ليوم {day} بحسب تقويم الهيئة العامة للمساحة. "
        f"موعد أذان الفجر الساعة {dawn} صباحا، وموعد الشروق الساعة {sunrise} صباحا، "
        f"وموعد أذان الظهر الساعة {noon}، وموعد أذان العصر الساعة {afternoon} عصرا، "
        f"وموعد أذان المغرب الساعة {sunset} مساء، وموعد أذان العشاء الساعة {night} مساء. "
        "وعلى المقيمين في المدن الأخرى مراعاة فروق التوقيت المحلية.",
    )


def lottery(day: str, numbers: str, bonus: str, pot: str, winners: str, next_pot: str) -> Article:
    return (
        f"National lottery results for {day}",
        f"The results of the national lottery draw of {day} are in, and players can check their tickets now. "
        f"The winning numbers are {numbers}, and the bonus ball is {bonus}. The jackpot stood at {pot} euros. "
        f"In all {winners} players won a prize in the draw, which was held in the presence of a notary as usual. "
        f"The next draw will take place in three days, with a jackpot of {next_pot} euros for the first rank.",
    )


def cable(state: str, president: str, people: str) -> Article:
    return (
        f"الملك يهنئ رئيس {state} بذكرى الاستقلال",
        f"بعث جلالة الملك برقية تهنئة لفخامة الرئيس {president} رئيس جمهورية {state} بمناسبة ذكرى استقلال بلاده. "
        f"وأعرب جلالته باسمه واسم شعب وحكومة المملكة عن أصدق التهاني لفخامته ولحكومة وشعب {state} {people} اطراد "
        f"التقدم. كما بعث سمو ولي العهد برقية تهنئة مماثلة لفخامة الرئيس {president} وعبر سموه عن أبلغ التهاني وأطيب "
        f"التمنيات بموفور الصحة لفخامته ولشعب {state} {people} المزيد من التقدم.",
    )


def line_up(home: str, away: str, first: str, second: str) -> Article:
    return (
        f"Line-ups: {home} against {away}",
        f"The coaches have named their teams for tonight's match between {home} and {away}, which kicks off at nine. "
        f"{home} start with {first}. {away} start with {second}. "
        "Both teams warmed up on the pitch an hour before the whistle, and the stadium is sold out once more.",
    )


def horoscope(sign: str, love: str, work: str, advice: str) -> Article:
    return (
        f"Your horoscope today: {sign}",
        f"What do the stars hold for {sign} today? In love {love}. At work {work}. As for your health, {advice}. "
        "Read the horoscope of every sign each morning on our page, and share it with those whom you care about.",
    )


def weather(day: str, north: str, coast: str, hills: str, south: str, wind: str) -> Article:
    return (
        f"Weather for {day}",
        f"The weather service expects mostly dry weather with some cloud on {day} across the whole country. "
        f"Temperatures reach {north} degrees in the north, {coast} degrees on the coast, {hills} degrees in the hills "
        f"and {south} degrees in the south of the country. The wind blows from the west at {wind} kilometres an hour. "
        "The sea is moderate, and bathers are asked to mind the flags on the beaches.",
    )


TEMPLATES = {
    "exchange rates": (
        rates("الأحد", "٣٠,٨٥", "٣٣,٦٢", "١٠٠,٤١", "٣٨,٧٧", "٢١٤٠"),
        rates("الاثنين", "٣٠,٩١", "٣٣,٤٨", "١٠٠,٦٣", "٣٨,٥٢", "٢١٦٥"),
    ),
    "prayer times": (
        prayers("الخميس", "4:41", "6:08", "11:42", "2:47", "5:15", "6:34"),
        prayers("الجمعة", "4:42", "6:09", "11:43", "2:46", "5:14", "6:33"),
    ),
    "lottery": (
        lottery("Saturday", "4, 11, 19, 23, 38", "7", "12,500,000", "61,204", "14,000,000"),
        lottery("Wednesday", "2, 9, 27, 31, 44", "5", "3,100,000", "48,377", "4,250,000"),
    ),
    "cables": (
        cable("بوتسوانا", "مويتسي كغوسي", "الصديق"),
        cable("جزر المالديف", "أحمد رشيد إبراهيم", "الشقيق"),
    ),
    "line-ups": (
        line_up(
            "Rovers",
            "United",
            "Hale in goal, Brandt, Osei, Lund and Pires at the back, Moreau and Keita in midfield, Silva in attack",
            "Novak in goal, Reyes, Dahl, Toure and Vance at the back, Ito and Brandao behind Petrov and Lindqvist",
        ),
        line_up(
            "Wanderers",
            "City",
            "Okafor in goal, Stone, Ruiz, Maas and Weber in defence, Aydin and Falk further up, Conte as striker",
            "Jensen in goal, Adeyemi, Krol, Banks and Varga in defence, Meyer and Lopes behind Haddad and Nilsson",
        ),
    ),
    "horoscopes": (
        horoscope(
            "Aries",
            "an old friend may surprise you with a call that you have long waited for",
            "a patient answer will bring more than a quick one",
            "a walk in the evening does you good",
        ),
        horoscope(
            "Libra",
            "it is time to say clearly what you want and to listen to the reply",
            "keep your plans to yourself until the contract is signed",
            "drink more water and go to bed early",
        ),
    ),
    "weather": (
        weather("Tuesday", "14", "19", "11", "22", "25"),
        weather("Wednesday", "16", "21", "9", "24", "40"),
    ),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_filled_in_anew_it_is_no_copy(name: str) -> None:
    one, other = TEMPLATES[name]
    assert judge(fingerprint(*one).sketch, fingerprint(*other).sketch).relation is None


@pytest.mark.parametrize("name", TEMPLATES)
def test_edited_lightly_it_is_a_copy(name: str) -> None:
    (title, text), _ = TEMPLATES[name]
    first, *rest = text.split()
    edited = " ".join(["Update:", first, *rest[:9], *rest[10:]])
    assert judge(fingerprint(title, text).sketch, fingerprint("Now: " + title, edited).sketch).relation == "copy"
