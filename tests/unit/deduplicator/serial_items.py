"""Serial items as papers print them each day, written here: for each kind two that differ in figures or names."""

from __future__ import annotations

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


def french_weather(day: str, morning: str, paris: str, lyon: str, nice: str, wind: str) -> Article:
    return (
        f"Météo : les prévisions pour {day}",
        f"Voici les prévisions du service météorologique pour la journée de {day} sur l'ensemble du territoire. "
        f"Au lever du jour, il fera {morning} degrés en moyenne, avec des bancs de brouillard dans les vallées. "
        f"L'après-midi, le thermomètre affichera {paris} degrés à Paris, {lyon} degrés à Lyon et {nice} degrés à Nice. "
        f"Le vent d'ouest soufflera jusqu'à {wind} kilomètres par heure près des côtes. "
        "Aucune vigilance n'est en vigueur, et les prévisions seront mises à jour demain matin.",
    )


def arabic_weather(day: str, capital: str, coast: str, mountains: str, plain: str, wind: str) -> Article:
    return (
        f"حالة الطقس المتوقعة {day}",
        f"تتوقع مصلحة الأرصاد الجوية أن يكون الطقس {day} قليل الغيوم إلى غائم جزئيا على مختلف المناطق. "
        f"وتبلغ درجة الحرارة العظمى {capital} درجة في العاصمة و{coast} درجة على الساحل و{mountains} درجات على الجبال "
        f"و{plain} درجة في السهول الداخلية. وتكون الرياح شمالية غربية وتصل سرعتها إلى {wind} كيلومترا في الساعة. "
        "ويكون البحر متوسط ارتفاع الموج، وتنصح المصلحة الصيادين بتوخي الحذر.",
    )


def chinese_weather(day: str, north: str, south: str, east: str, west: str, wind: str) -> Article:
    return (
        f"{day}全国天气预报",
        f"据中央气象台消息，预计{day}白天到夜间全国大部分地区以多云天气为主，局部地区有小雨。"
        f"北部地区最高气温为{north}摄氏度，南部地区最高气温为{south}摄氏度，东部沿海最高气温为{east}摄氏度，"
        f"西部山区最高气温为{west}摄氏度。沿海风力将达到每小时{wind}公里，请出海船只注意航行安全。"
        "气象部门提醒市民外出时携带雨具，并注意早晚温差，及时增减衣物。",
    )


def russian_rates(day: str, dollar: str, euro: str, yuan: str, pound: str, oil: str) -> Article:
    return (
        f"Официальные курсы валют на {day}",
        f"Центральный банк установил официальные курсы иностранных валют на {day}, сообщается на сайте регулятора. "
        f"Официальный курс доллара составил {dollar} рубля, официальный курс евро составил {euro} рубля. "
        f"Курс китайского юаня установлен на уровне {yuan} рубля, курс фунта стерлингов составил {pound} рубля. "
        f"Стоимость барреля нефти на утренних торгах составила {oil} доллара. "
        "Курсы действуют со следующего дня и пересматриваются каждый рабочий день.",
    )


def turkish_rates(day: str, gram: str, quarter: str, half: str, coin: str, ounce: str) -> Article:
    return (
        f"Altın fiyatları {day}",
        f"Altın fiyatları {day} günü yatırımcıların yakın takibinde. İşte serbest piyasada güncel altın fiyatları. "
        f"Gram altın {gram} liradan, çeyrek altın {quarter} liradan, yarım altın {half} liradan satılıyor. "
        f"Cumhuriyet altını {coin} liradan işlem görüyor. Altının onsu ise {ounce} dolar seviyesinde bulunuyor. "
        "Fiyatlar gün içinde değişebilir, yatırımcıların karar vermeden önce güncel verileri izlemesi öneriliyor.",
    )


def english_prayers(day: str, *times: str) -> Article:
    dawn, sunrise, noon, afternoon, sunset, night = times
    return (
        f"Prayer times for {day}",
        f"These are the prayer times for {day} in the city and its suburbs, as published by the religious authority. "
        f"Fajr is at {dawn}, and the sun rises at {sunrise}. Dhuhr is at {noon}, and Asr is at {afternoon}. "
        f"Maghrib is at {sunset}, and Isha is at {night}. "
        "Those who live outside the city should add or take off two minutes as their town's calendar says.",
    )


def english_cable(country: str, leader: str, occasion: str, nation: str) -> Article:
    return (
        f"King congratulates {leader}",
        f"His Majesty the King has sent a cable of congratulations to President {leader} of {country} on {occasion}. "
        f"The King wished President {leader} good health, and the friendly people of {country} steady progress. "
        f"He praised the close relations between the kingdom and {country}, which both seek to strengthen. "
        f"The Crown Prince sent a similar cable to President {leader}, and wished the people of {country} {nation}.",
    )


def spanish_lottery(day: str, numbers: str, extra: str, refund: str, pot: str, winners: str) -> Article:
    return (
        f"Resultados del sorteo de la lotería del {day}",
        f"Ya se conocen los resultados del sorteo de la lotería celebrado este {day} en la sede de la sociedad. "
        f"La combinación ganadora está formada por los números {numbers}. El complementario es el {extra} y el "
        f"reintegro el {refund}. El bote puesto en juego ascendía a {pot} euros, y hubo {winners} boletos premiados. "
        "Los premios pueden cobrarse en cualquier punto de venta durante los tres meses siguientes al sorteo.",
    )


def german_lottery(day: str, numbers: str, extra: str, game: str, stake: str, pot: str) -> Article:
    return (
        f"Lottozahlen vom {day}",
        f"Die Gewinnzahlen der Ziehung vom {day} stehen fest, die Ziehung wurde wie immer notariell beaufsichtigt. "
        f"Gezogen wurden die Zahlen {numbers}, die Superzahl lautet {extra}. Im Spiel 77 lautet die Gewinnzahl {game}. "
        f"Der Spieleinsatz betrug {stake} Euro, im Jackpot lagen {pot} Euro. "
        "Alle Angaben sind ohne Gewähr, Gewinne müssen innerhalb von drei Jahren geltend gemacht werden.",
    )


def arabic_line_up(home: str, away: str, first: str, second: str) -> Article:
    return (
        f"تشكيلة {home} و{away}",
        f"أعلن المدربان التشكيلة الأساسية لمباراة {home} و{away} التي تنطلق مساء اليوم ضمن الجولة الجديدة من الدوري. "
        f"ويبدأ {home} المباراة بكل من {first}. أما {away} فيخوض اللقاء بكل من {second}. "
        "ويدير المباراة طاقم تحكيم محلي، وتبث على القناة الرياضية، وقد نفدت التذاكر كلها قبل يومين.",
    )


def arabic_horoscope(sign: str, love: str, work: str, advice: str) -> Article:
    return (
        f"حظك اليوم: برج {sign}",
        f"ماذا تقول الأبراج لمواليد برج {sign} هذا اليوم؟ عاطفيا {love}. مهنيا {work}. وعلى الصعيد الصحي {advice}. "
        "تابعوا توقعات الأبراج كلها كل صباح على صفحتنا، وشاركوها مع من تحبون من الأهل والأصدقاء.",
    )


def french_horoscope(sign: str, love: str, work: str, advice: str) -> Article:
    return (
        f"Horoscope du jour : {sign}",
        f"Que réservent les astres aux natifs du signe {sign} aujourd'hui ? En amour, {love}. Au travail, {work}. "
        f"Côté santé, {advice}. "
        "Retrouvez chaque matin l'horoscope de tous les signes sur notre page et partagez-le avec vos proches.",
    )


SERIAL_ITEMS: dict[str, tuple[Article, Article]] = {
    "exchange rates, Arabic": (
        rates("الأحد", "٣٠,٨٥", "٣٣,٦٢", "١٠٠,٤١", "٣٨,٧٧", "٢١٤٠"),
        rates("الاثنين", "٣٠,٩١", "٣٣,٤٨", "١٠٠,٦٣", "٣٨,٥٢", "٢١٦٥"),
    ),
    "prayer times, Arabic": (
        prayers("الخميس", "4:41", "6:08", "11:42", "2:47", "5:15", "6:34"),
        prayers("الجمعة", "4:42", "6:09", "11:43", "2:46", "5:14", "6:33"),
    ),
    "lottery, English": (
        lottery("Saturday", "4, 11, 19, 23, 38", "7", "12,500,000", "61,204", "14,000,000"),
        lottery("Wednesday", "2, 9, 27, 31, 44", "5", "3,100,000", "48,377", "4,250,000"),
    ),
    "cables, Arabic": (
        cable("بوتسوانا", "مويتسي كغوسي", "الصديق"),
        cable("جزر المالديف", "أحمد رشيد إبراهيم", "الشقيق"),
    ),
    "line-ups, English": (
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
    "horoscopes, English": (
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
    "weather, English": (
        weather("Tuesday", "14", "19", "11", "22", "25"),
        weather("Wednesday", "16", "21", "9", "24", "40"),
    ),
    "weather, French": (
        french_weather("mardi", "6", "14", "16", "19", "45"),
        french_weather("jeudi", "3", "9", "12", "17", "70"),
    ),
    "weather, Arabic": (
        arabic_weather("الثلاثاء", "٣١", "٢٨", "٢٢", "٣٥", "٤٠"),
        arabic_weather("الخميس", "٣٤", "٢٩", "٢٤", "٣٨", "٢٥"),
    ),
    "weather, Chinese": (
        chinese_weather("星期二", "12", "27", "21", "8", "45"),
        chinese_weather("星期四", "9", "24", "18", "5", "60"),
    ),
    "exchange rates, Russian": (
        russian_rates("12 марта", "91,45", "99,12", "12,68", "116,30", "82,14"),
        russian_rates("13 марта", "90,87", "99,40", "12,61", "115,72", "83,05"),
    ),
    "gold prices, Turkish": (
        turkish_rates("salı", "2.145", "3.540", "7.080", "14.110", "2.031"),
        turkish_rates("cuma", "2.168", "3.577", "7.151", "14.260", "2.044"),
    ),
    "prayer times, English": (
        english_prayers("Monday", "4:52", "6:21", "12:04", "3:18", "5:47", "7:09"),
        english_prayers("Tuesday", "4:53", "6:22", "12:05", "3:17", "5:46", "7:08"),
    ),
    "cables, English": (
        english_cable("Botswana", "Moetsi Kgosi", "the anniversary of independence", "lasting prosperity"),
        english_cable("Maldives", "Ahmed Rasheed", "his country's national day", "every success"),
    ),
    "lottery, Spanish": (
        spanish_lottery("sábado", "4, 11, 19, 23, 38 y 41", "7", "2", "12.500.000", "61.204"),
        spanish_lottery("jueves", "2, 9, 27, 31, 44 y 49", "5", "8", "3.100.000", "48.377"),
    ),
    "lottery, German": (
        german_lottery("Samstag", "3, 14, 22, 28, 35, 47", "6", "4810937", "61.204.388", "9.000.000"),
        german_lottery("Mittwoch", "1, 9, 17, 30, 41, 44", "2", "7725014", "38.377.102", "14.000.000"),
    ),
    "line-ups, Arabic": (
        arabic_line_up(
            "النجم",
            "الاتحاد",
            "سامر خليل في حراسة المرمى وفادي ناصر وعمر حداد وجاد سليم وزياد نجار في الدفاع وكريم عواد في الهجوم",
            "نادر شاهين في المرمى ورامي جابر وبلال سعيد وأنس مراد في الخلف وطارق زين وهاني بدر في الوسط",
        ),
        arabic_line_up(
            "الفتح",
            "الوحدة",
            "مازن عيسى بين الخشبات وغسان دياب ومروان قاسم ووائل فرح في الخط الخلفي ويزن حمدان رأس حربة",
            "لؤي صالح حارسا وأيمن رزق وسعد كنعان وباسل عمران مدافعين وخالد منصور وحسام طه في المقدمة",
        ),
    ),
    "horoscopes, Arabic": (
        arabic_horoscope(
            "الحمل",
            "قد يفاجئك صديق قديم باتصال انتظرته منذ زمن طويل",
            "الجواب الهادئ يجلب لك أكثر مما يجلبه التسرع",
            "نزهة قصيرة في المساء تعيد إليك النشاط",
        ),
        arabic_horoscope(
            "الميزان",
            "حان الوقت لتقول بوضوح ما تريده وتصغي إلى الرد",
            "احتفظ بخططك لنفسك حتى يوقع العقد",
            "أكثر من شرب الماء ونم باكرا هذه الليلة",
        ),
    ),
    "horoscopes, French": (
        french_horoscope(
            "Bélier",
            "un vieil ami pourrait vous surprendre avec l'appel que vous attendiez depuis longtemps",
            "une réponse patiente rapportera plus qu'une réponse rapide",
            "une promenade le soir vous fera du bien",
        ),
        french_horoscope(
            "Balance",
            "il est temps de dire clairement ce que vous voulez et d'écouter la réponse",
            "gardez vos projets pour vous jusqu'à la signature du contrat",
            "buvez davantage d'eau et couchez-vous tôt",
        ),
    ),
}
