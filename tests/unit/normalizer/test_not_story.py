"""What surrounds a story is taken from it, and what only looks like it stays."""

from __future__ import annotations

import pytest

from services.normalizer.normalize import Cleaned, clean, normalize
from shared.contracts import RawArticle
from tests.unit.normalizer.articles import BODY, DISCLAIMER, NOTICE, NOW_MS, TITLE

EN = (
    "The council opened a new bridge over the river on Monday after two years of work by hundreds of builders.",
    "Engineers said that the bridge would relieve the old town of traffic, and that it was made to bear floods.",
)


def story(cleaned: Cleaned) -> list[str]:
    return [line.text for line in cleaned.parted.story]


def taken(cleaned: Cleaned) -> list[tuple[str, str]]:
    return [(removed.kind, removed.line.text) for removed in cleaned.parted.taken]


def test_the_title_as_first_line_is_a_repeat() -> None:
    cleaned = clean(TITLE, "\n".join([TITLE, *BODY]))
    assert story(cleaned) == list(BODY)
    assert taken(cleaned) == [("repeat", TITLE)]


def test_the_title_with_the_name_of_the_site_is_a_repeat() -> None:
    assert story(clean(f"{TITLE} | المدينة اليوم", "\n".join([TITLE, *BODY]))) == list(BODY)


def test_another_headline_is_not() -> None:
    other = "افتتاح سد جديد فوق الوادي قبل عام من موعده"
    assert story(clean(TITLE, "\n".join([other, *BODY])))[0] == other


def test_an_article_that_is_its_title_alone_is_kept() -> None:
    assert story(clean(TITLE, TITLE)) == [TITLE]


def test_a_notice_is_cut_from_the_line_that_the_story_begins_on() -> None:
    cleaned = clean(TITLE, f"{NOTICE} {DISCLAIMER} {BODY[0]}\n{BODY[1]}")
    assert story(cleaned) == [BODY[0], BODY[1]]
    assert taken(cleaned) == [("notice", f"{NOTICE} {DISCLAIMER}")]


def test_a_notice_is_cut_from_the_line_that_the_story_ends_on() -> None:
    cleaned = clean("", f"{EN[0]}\n{EN[1]} This article first appeared in The Example Weekly.")
    assert story(cleaned) == list(EN)
    assert taken(cleaned) == [("notice", "This article first appeared in The Example Weekly.")]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["محليات", "أخبار المدينة"], "category"),
        (["Politics"], "category"),
        (["(afp/xyz)"], "credit"),
        (["dpa"], "credit"),
        (["Jane Example"], "byline"),
        (["EX"], "byline"),
        (["Иван Примеров"], "byline"),
        (["4 March 2021 08:15"], "byline"),
        (["Read more:", "A teaser for one piece", "A teaser for another"], "promo"),
        (["Most read", "One headline", "Another headline that is longer than the first"], "promo"),
        (["اقرأ أيضاً", "عنوان خبر آخر"], "promo"),
    ],
)
def test_lines_below_the_story_are_taken(lines: list[str], kind: str) -> None:
    cleaned = clean("A title", "\n".join([*EN, *lines]))
    assert story(cleaned) == list(EN)
    assert {removed for removed, _ in taken(cleaned)} == {kind}


@pytest.mark.parametrize(
    "line", ["واس - الرياض", "الرياض – المدينة اليوم", "By Jane Example", "Jane Example, 4 March 2021"]
)
def test_bylines_above_the_story_are_taken(line: str) -> None:
    assert story(clean("A title", "\n".join([line, *EN]))) == list(EN)


@pytest.mark.parametrize(
    "lines",
    [
        ["The winners were:", "Alpha", "Beta Gamma"],
        ['"We will be back tomorrow"'],
        ["Nobody was hurt."],
        ["21:45", "37"],
        ["The repair will begin on 15 January 2020"],
        ["الأهلي 2", "الهلال 1"],
    ],
)
def test_short_lines_of_a_story_stay(lines: list[str]) -> None:
    assert story(clean("A title", "\n".join([*EN, *lines]))) == [*EN, *lines]


def test_a_teaser_above_the_story_that_comes_again_is_dropped() -> None:
    assert story(clean("A title", "\n".join([EN[0], *EN]))) == list(EN)


def test_line_numbers_are_those_of_the_raw_text() -> None:
    cleaned = clean("A title", "\n\r\n\n" + "\r\n".join([*EN, "", "Share on Facebook"]))
    assert [removed.line.number for removed in cleaned.parted.taken] == [7]


def test_the_first_line_stands_in_for_a_title_that_was_not_given() -> None:
    cleaned = clean("", "\n".join(["A short headline", *EN]))
    assert cleaned.title == "A short headline"
    assert story(cleaned) == list(EN)


def test_the_name_of_the_source_alone_is_a_credit() -> None:
    for name, source in (("المثال نيوز :", "almithalnews.example"), ("The Example", "www.example.com")):
        cleaned = clean("A title", "\n".join([name, *EN]), source=source)
        assert story(cleaned) == list(EN), name


def test_a_section_above_the_story_is_a_category_and_a_menu_is_not() -> None:
    assert taken(clean("A title", "\n".join(["Politics", *EN]))) == [("category", "Politics")]
    menu = ["Home", "World", "Politics", "Business", "Sport"]
    cleaned = clean("A title", "\n".join([*menu, *EN]))
    assert story(cleaned) == list(EN)
    assert {kind for kind, _ in taken(cleaned)} == {"promo"}


def test_what_the_title_stood_before_is_looked_at_again() -> None:
    assert story(clean(TITLE, "\n".join([BODY[0], TITLE, "محليات"]))) == [BODY[0]]


def test_below_read_also_each_line_keeps_its_own_kind() -> None:
    below = ["Te puede interesar", "Etiquetas: faro, puerto", "(con EFE)", "Otra noticia sin punto"]
    assert [kind for kind, _ in taken(clean("Título de la noticia", "\n".join([*EN, *below])))] == [
        "promo",
        "category",
        "credit",
        "promo",
    ]


def test_a_heading_that_names_the_other_piece_takes_no_line_of_the_story_with_it() -> None:
    text = "\n".join([EN[0], "Related: Bridge Review", "Wider lanes", "Longer trains", EN[1]])
    assert story(clean("Bridge", text)) == [EN[0], "Wider lanes", "Longer trains", EN[1]]


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("Von Erika Beispiel", "Erika Beispiel"),
        ("Par Jeanne Exemple", "Jeanne Exemple"),
        ("Por Maria Exemplo — Cidade Exemplo", "Maria Exemplo"),
    ],
)
def test_by_and_a_name_above_the_story_is_a_byline(byline: str, author: str) -> None:
    article = normalize(
        RawArticle(source="a", title="Bridge", text="\n".join([byline, *EN])), received_ms=NOW_MS, version="t", now=0
    )
    assert (article.author, article.text) == (author, "\n".join(EN))


def test_a_name_alone_is_a_byline_below_another_and_not_elsewhere() -> None:
    assert story(clean("Bridge", "\n".join(["3 March 2025", "Jane Example", *EN]))) == list(EN)
    assert story(clean("Bridge", "\n".join(["Google Stadia", *EN]))) == ["Google Stadia", *EN]


def test_two_halves_of_a_subheading_are_no_dateline() -> None:
    assert story(clean("Bridge", "\n".join(["One dead - Several hurt", *EN])))[0] == "One dead - Several hurt"


def test_short_sentences_in_a_script_without_spaces_are_no_labels() -> None:
    lines = [
        "市は三日、灯台を再び点灯すると発表した。",
        "有志がレンズを交換し、塔を塗り直した。",
        "地元の漁師も喜んでいる",
    ]
    assert story(clean("古い灯台", "\n".join(lines))) == lines


def test_links_that_a_page_set_apart_by_spaces_take_no_story_with_them() -> None:
    text = f"{BODY[0]}\n   روابط ذات علاقة    خبر أول في الموضوع    خبر ثان في الموضوع     {BODY[1]}"
    assert story(clean(TITLE, text)) == list(BODY[:2])


def test_words_of_menus_among_labels_are_no_tags() -> None:
    cleaned = clean("Bridge", "\n".join([*EN, "Home", "Transport", "Like"]))
    assert story(cleaned) == list(EN)
    assert [kind for kind, _ in taken(cleaned)] == ["promo", "category", "promo"]
