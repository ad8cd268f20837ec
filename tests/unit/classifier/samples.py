"""Articles written for these tests."""

from __future__ import annotations

from shared.contracts import Language, NormalizedArticle, Pipeline, Published

VISIT = (
    "الرئيس السوري يلتقي نظيره الروسي في موسكو",
    "عقد الرئيس السوري في العاصمة الروسية موسكو اجتماعاً مع الرئيس الروسي، وبحث الجانبان العلاقات بين دمشق وموسكو.\n"
    "وأكد الرئيس السوري أن بلاده تريد توسيع التعاون السياسي مع روسيا، وقال الكرملين إن الوفدين ناقشا الاتفاقيات بين "
    "الحكومتين والحوار الدبلوماسي في سوريا.",
)
MATCH = (
    "Late goal sends the home side to the cup final",
    "The striker scored in the last minute of the match as his team won 2-1 and reached the final of the cup.\n"
    "The coach praised the players after the game. The league champions had led at half-time through a penalty, but "
    "the goalkeeper was beaten twice in the second half in front of 40,000 fans at the stadium.",
)
RATES = (
    "Banque centrale: les taux d'intérêt restent inchangés",
    "La banque centrale a maintenu ses taux d'intérêt, malgré l'inflation. Les marchés et la bourse ont peu réagi, et "
    "les investisseurs attendent les prévisions de croissance de l'économie. L'euro a reculé face au dollar.",
)


def article(
    title: str,
    text: str,
    *,
    language: str = "ar",
    source: str = "example",
    url: str | None = None,
) -> NormalizedArticle:
    """A normalized article with this title and text."""
    return NormalizedArticle(
        id="0" * 32,
        source=source,
        url=url,
        title=title,
        text=text,
        removed=[],
        author="A. Writer",
        tags=["x"],
        language=Language(code=language, confidence=0.9, direction="rtl" if language in {"ar", "fa"} else "ltr"),
        published=Published(at="2026-01-28T00:00:00Z", precision="day", method="text"),
        fetched_at="2026-01-28T06:00:00Z",
        attribution=[],
        metadata={"k": "v"},
        extra={"n": 1},
        pipeline=Pipeline(version="0", normalized_at="2026-01-28T06:00:01Z"),
        revision_hash="1" * 16,
    )
