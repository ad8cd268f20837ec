"""Names that are a country's and something else's too, in articles written for this test."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from services.classifier.countries.finder import CountryFinder, load_country_finder
from services.classifier.reading import read
from tests.unit.classifier.samples import article


@dataclass(frozen=True, slots=True)
class Case:
    """An article, the countries that it is about, and those that its words only seem to name."""

    language: str
    title: str
    text: str
    about: frozenset[str]
    never: frozenset[str]
    url: str | None = None


def case(language: str, title: str, text: str, about: str = "", never: str = "", url: str | None = None) -> Case:
    return Case(language, title, text, frozenset(about.split()), frozenset(never.split()), url)


CASES = {
    # -- Jordan: a country, a river, a person
    "الأردن، البلد": case(
        "ar",
        "الحكومة الأردنية تقر موازنة العام الجديد",
        "أقر مجلس الوزراء في الأردن مشروع قانون الموازنة، وقال رئيس الوزراء في عمان إن العجز سينخفض.",
        "JO",
        "OM",
    ),
    "الأردن، النهر": case(
        "ar",
        "انخفاض منسوب المياه في نهر الأردن",
        "قالت هيئة المياه الإسرائيلية إن منسوب نهر الأردن انخفض هذا الشتاء، ودعت المزارعين في إسرائيل إلى التوفير.",
        "IL",
        "JO",
    ),
    "Jordan, a player": case(
        "en",
        "Michael Jordan sells his share of the basketball team",
        "Michael Jordan, who won six titles with the Chicago Bulls, has sold most of his team to investors from New"
        " York. Jordan will stay as an adviser, the American league said.",
        "US",
        "JO",
    ),
    "Jordan, the country": case(
        "en",
        "Jordan opens a second crossing for aid",
        "The government in Amman said Jordan would let trucks pass day and night. Jordanian officials met drivers.",
        "JO",
        "OM",
    ),
    "Jordanien": case(
        "de",
        "Jordanien öffnet einen zweiten Übergang",
        "Die jordanische Regierung in Amman teilte mit, dass Lastwagen auch nachts fahren dürfen.",
        "JO",
        "OM",
    ),
    # -- Georgia: a country, a state
    "Georgia, the country": case(
        "en",
        "Georgia's parliament passes the bill",
        "Thousands gathered in Tbilisi as the Georgian parliament voted. Georgia's president may veto it.",
        "GE",
        "US",
    ),
    "Georgia, the state": case(
        "en",
        "Georgia governor signs the voting bill",
        "The governor of Georgia signed the bill at the state capitol in Atlanta. Lawmakers from Savannah and Augusta"
        " had argued about it for weeks, and the U.S. Justice Department may sue.",
        "US",
        "GE",
    ),
    "جورجيا، الولاية": case(
        "ar",
        "ولاية جورجيا الأمريكية تعيد فرز الأصوات",
        "أعلن مسؤولون في ولاية جورجيا الأمريكية إعادة فرز الأصوات في أتلانتا بعد الانتخابات في الولايات المتحدة.",
        "US",
        "GE",
    ),
    "جورجيا، البلد": case(
        "ar",
        "برلمان جورجيا يناقش القانون",
        "تظاهر الآلاف في العاصمة تبليسي ضد القانون، وقالت رئيسة جورجيا إنها ستستخدم حق النقض.",
        "GE",
        "US",
    ),
    "Грузия": case(
        "ru",
        "Парламент Грузии принял закон",
        "Тысячи человек вышли на улицы Тбилиси. Президент Грузии заявила, что наложит вето.",
        "GE",
        "US",
    ),
    "Gürcistan": case(
        "tr",
        "Gürcistan parlamentosu yasayı kabul etti",
        "Başkent Tiflis'te binlerce kişi toplandı. Gürcistan cumhurbaşkanı yasayı veto edeceğini söyledi.",
        "GE",
        "US",
    ),
    # -- Chad: a country, a first name
    "Chad, the country": case(
        "en",
        "Chad closes its border with Sudan",
        "Chad's government in N'Djamena said it had closed the border after fighting in Darfur, Sudan.",
        "TD SD",
    ),
    "Chad, a drummer": case(
        "en",
        "Drummer Chad Smith plays a surprise concert",
        "Chad Smith sat down at a school's drum kit in Los Angeles. Chad said he wanted to thank his American fans.",
        "US",
        "TD",
    ),
    "تشاد": case(
        "ar",
        "تشاد تغلق حدودها مع السودان",
        "قالت الحكومة التشادية في نجامينا إنها أغلقت الحدود مع السودان بعد اشتباكات في دارفور.",
        "TD SD",
    ),
    # -- Niger and Nigeria
    "Niger": case(
        "en",
        "Niger's new rulers name a government",
        "The soldiers who took power in Niamey named ministers on Sunday. Niger is one of the poorest countries.",
        "NE",
        "NG",
    ),
    "Nigeria": case(
        "en",
        "Nigeria's states argue about oil money",
        "Nigerian governors from the Niger Delta and from Niger State met in Abuja. Nigeria lives on the delta's oil.",
        "NG",
        "NE",
    ),
    "nigérien": case(
        "fr",
        "Le gouvernement nigérien annonce un budget",
        "À Niamey, le ministre nigérien des Finances a présenté le budget du Niger. Les Nigériens attendent.",
        "NE",
        "NG",
    ),
    "nigérian": case(
        "fr",
        "Le président nigérian reçoit les gouverneurs",
        "À Abuja, le président nigérian a reçu les gouverneurs. Le Nigeria compte plus de 200 millions d'habitants.",
        "NG",
        "NE",
    ),
    "النيجر": case(
        "ar",
        "النيجر تعلن تشكيل حكومة جديدة",
        "أعلن المجلس العسكري في نيامي تشكيل حكومة، وقال إن النيجر ستنظم انتخابات بعد ثلاث سنوات.",
        "NE",
        "NG",
    ),
    "نيجيريا": case(
        "ar",
        "نيجيريا: حكام الولايات يجتمعون في أبوجا",
        "اجتمع حكام ولايات دلتا النيجر مع الرئيس النيجيري في أبوجا لبحث عائدات النفط في نيجيريا.",
        "NG",
        "NE",
    ),
    "Nijer": case(
        "tr",
        "Nijer'de yeni hükümet kuruldu",
        "Niamey'de iktidarı alan askerler bakanları açıkladı. Nijer dünyanın en yoksul ülkelerinden biri.",
        "NE",
        "NG",
    ),
    # -- Guineas
    "Guinea": case(
        "en",
        "Guinea votes on a new constitution",
        "Polling stations opened in Conakry. Guinea's military leader promised elections.",
        "GN",
        "GQ GW PG",
    ),
    "Guinea-Bissau": case(
        "en",
        "Guinea-Bissau president dissolves parliament",
        "The president of Guinea-Bissau dissolved parliament in Bissau after an attempted coup.",
        "GW",
        "GN GQ PG",
    ),
    "غينيا الاستوائية": case(
        "ar",
        "غينيا الاستوائية تنتخب رئيسها",
        "أدلى الناخبون في غينيا الاستوائية بأصواتهم في العاصمة مالابو، ويحكم الرئيس البلاد منذ عقود.",
        "GQ",
        "GN GW PG",
    ),
    "Papua New Guinea": case(
        "en",
        "Landslide in Papua New Guinea buries a village",
        "Rescuers from Port Moresby reached the village. Papua New Guinea asked its neighbours for help.",
        "PG",
        "GN GQ GW",
    ),
    "Guinea pigs": case(
        "en",
        "Guinea pigs are the new favourite pets",
        "More families keep guinea pigs than rabbits. A vet explains what a guinea pig eats and how it sleeps.",
        "",
        "GN GQ GW PG",
    ),
    # -- Congos
    "Congo, Kinshasa": case(
        "en",
        "Democratic Republic of Congo fights a new outbreak",
        "Doctors in Kinshasa said the outbreak in the Democratic Republic of Congo was slowing.",
        "CD",
        "CG",
    ),
    "Congo-Brazzaville": case(
        "fr",
        "Congo-Brazzaville: le président réélu",
        "À Brazzaville, la cour a confirmé la réélection du président du Congo-Brazzaville.",
        "CG",
        "CD",
    ),
    "الكونغو الديمقراطية": case(
        "ar",
        "الكونغو الديمقراطية تكافح تفشي المرض",
        "قال أطباء في كينشاسا إن انتشار المرض في جمهورية الكونغو الديمقراطية يتباطأ.",
        "CD",
        "CG",
    ),
    # -- Koreas
    "North Korea": case(
        "en",
        "North Korea fires two missiles",
        "Pyongyang fired two missiles into the sea. North Korea said it had been a test.",
        "KP",
    ),
    "South Korea": case(
        "en",
        "South Korea raises interest rates",
        "The central bank in Seoul raised rates by a quarter point. South Korean exports fell.",
        "KR",
        "KP",
    ),
    "كوريا الشمالية": case(
        "ar",
        "كوريا الشمالية تطلق صاروخين",
        "أطلقت بيونغ يانغ صاروخين نحو البحر، وقالت كوريا الشمالية إنه اختبار.",
        "KP",
    ),
    "Южная Корея": case(
        "ru",
        "Южная Корея повысила ставку",
        "Центральный банк в Сеуле повысил ставку. Экспорт Южной Кореи снизился.",
        "KR",
        "KP",
    ),
    "Corea del Norte": case(
        "es",
        "Corea del Norte lanza dos misiles",
        "Pyongyang lanzó dos misiles al mar. Corea del Norte dijo que era un ensayo.",
        "KP",
    ),
    # -- Dominica and the Dominican Republic
    "Dominica": case(
        "en",
        "Hurricane flattens roofs in Dominica",
        "The prime minister of Dominica spoke from Roseau. Dominica lost most of its roofs.",
        "DM",
        "DO",
    ),
    "Dominican Republic": case(
        "en",
        "Dominican Republic deports migrants",
        "Officials in Santo Domingo said the Dominican Republic had sent back thousands of Haitians to Haiti.",
        "DO",
        "DM",
    ),
    "República Dominicana": case(
        "es",
        "República Dominicana deporta a migrantes",
        "Las autoridades de Santo Domingo dijeron que República Dominicana devolvió a miles de haitianos a Haití.",
        "DO",
        "DM",
    ),
    # -- Sudan and South Sudan, the Irelands, Mexico and New Mexico
    "جنوب السودان": case(
        "ar",
        "جنوب السودان يؤجل الانتخابات",
        "قررت الحكومة في جوبا تأجيل الانتخابات في جنوب السودان عامين.",
        "SS",
        "SD",
    ),
    "Northern Ireland": case(
        "en",
        "Northern Ireland assembly meets again",
        "The assembly of Northern Ireland met at Stormont in Belfast. The British government welcomed it.",
        "GB",
    ),
    "New Mexico": case(
        "en",
        "New Mexico wildfire grows",
        "The fire in New Mexico grew overnight near Albuquerque, and the U.S. Forest Service sent planes.",
        "US",
        "MX",
    ),
    # -- words that are a name only by spelling
    "مالي، الصفة": case(
        "ar",
        "تقرير مالي يظهر ارتفاع أرباح المصرف السعودي",
        "أعلن المصرف في الرياض أن مركزه المالي قوي، وأن أرباحه في السعودية ارتفعت وفق تقرير مالي جديد.",
        "SA",
        "ML",
    ),
    "مالي، البلد": case(
        "ar",
        "مالي تطلب رحيل القوات الدولية",
        "طلب المجلس العسكري في باماكو رحيل القوات الدولية من مالي قبل نهاية العام.",
        "ML",
    ),
    "عمان، السلطنة": case(
        "ar",
        "سلطنة عمان تستضيف المحادثات",
        "استضافت العاصمة مسقط جولة جديدة من المحادثات، وقال وزير الخارجية العماني إن سلطنة عمان ترحب بالجميع.",
        "OM",
        "JO",
    ),
    "المغرب، الصلاة": case(
        "ar",
        "متى يفطر الصائمون في القاهرة؟",
        "يؤذن لصلاة المغرب في القاهرة بعد السادسة بدقائق، وأذان المغرب موعد الإفطار في مصر.",
        "EG",
        "MA",
    ),
    "اليمنى، اليد": case(
        "ar",
        "لاعب المنتخب المصري يغيب بسبب الإصابة",
        "أصيب لاعب منتخب مصر في اليد اليمنى خلال التدريب في القاهرة، ويغيب أسبوعين.",
        "EG",
        "YE",
    ),
    "turkey, the bird": case(
        "en",
        "How to roast a Thanksgiving turkey",
        "Thaw the turkey for three days. A roast turkey needs butter, salt and four hours in the oven.",
        "",
        "TR",
    ),
    "طرابلس، لبنان": case(
        "ar",
        "احتجاجات في طرابلس شمال لبنان",
        "تجمع محتجون في مدينة طرابلس شمالي لبنان، وانتشر الجيش اللبناني، وعبرت بيروت عن قلقها.",
        "LB",
        "LY",
    ),
    "طرابلس، ليبيا": case(
        "ar",
        "اشتباكات في العاصمة الليبية طرابلس",
        "اندلعت اشتباكات جنوب طرابلس، ودعت الحكومة الليبية إلى التهدئة في ليبيا.",
        "LY",
        "LB",
    ),
    "Paris, Texas": case(
        "en",
        "Tornado tears roofs off in Paris, Texas",
        "The tornado hit Paris, Texas, on Friday night. The governor in Austin sent the National Guard of the state.",
        "US",
        "FR",
    ),
    "Athens, Georgia": case(
        "en",
        "Two hurt in Athens, Georgia, bar fire",
        "Firefighters in Athens, Georgia, put out the fire near the University of Georgia campus. Atlanta sent a crew.",
        "US",
        "GR GE",
    ),
    "اردن": case(
        "fa",
        "دولت اردن بودجه جدید را تصویب کرد",
        "هیئت وزیران اردن در امان بودجه سال آینده را تصویب کرد و نخست وزیر اردن از کاهش کسری خبر داد.",
        "JO",
    ),
    # -- the story's own country comes before the outlet's
    "Japan, told in Italy": case(
        "it",
        "Terremoto in Giappone, scatta l'allerta",
        "Una forte scossa è stata avvertita a Tokyo. Il governo giapponese ha convocato l'unità di crisi.",
        "JP",
        "IT",
        "https://www.giornale.example.it/mondo/1",
    ),
    "Бразилия, рассказанная в России": case(
        "ru",
        "В Бразилии выбрали президента",
        "В городе Бразилиа подвели итоги выборов. Бразильские партии признали результат.",
        "BR",
        "RU",
        "https://gazeta.example.ru/mir/1",
    ),
    "Le Liban, raconté en France": case(
        "fr",
        "Au Liban, les banques rouvrent",
        "À Beyrouth, les banques libanaises ont rouvert leurs portes. Le Liban traverse une crise.",
        "LB",
        "FR",
        "https://www.journal.example.fr/monde/1",
    ),
    "Єгипет, розказаний в Україні": case(
        "uk",
        "У Єгипті відкрили новий музей",
        "У Каїрі відкрили музей. Єгипетська влада чекає на туристів.",
        "EG",
        "UA",
        "https://novyny.example.ua/svit/1",
    ),
    "Chile, contado en España": case(
        "es",
        "Chile aprueba la reforma de las pensiones",
        "El Congreso chileno aprobó en Valparaíso la reforma. El presidente de Chile la firmará en Santiago.",
        "CL",
        "ES",
        "https://www.diario.example.es/mundo/1",
    ),
}


@pytest.fixture(scope="module")
def finder() -> CountryFinder:
    return load_country_finder()


@pytest.mark.parametrize("name", CASES)
def test_a_name_is_read_by_what_stands_around_it(name: str, finder: CountryFinder) -> None:
    one = CASES[name]
    (found,) = finder.find(read([article(one.title, one.text, language=one.language, url=one.url)]))
    codes = {country.code for country in found}
    assert one.about <= codes
    assert not one.never & codes
