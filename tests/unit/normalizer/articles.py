"""Articles that these tests are about, written for them."""

from __future__ import annotations

from shared.contracts import RawArticle
from shared.outcomes import Coordinates, Received
from shared.positions import NO_OFFSET, Span

NOW_MS = 1_741_600_000_000  # 10 March 2025, 09:46:40 UTC

BODY = (
    "افتتح محافظ المدينة صباح اليوم جسراً جديداً فوق النهر، بعد عامين من العمل شارك فيه مئات المهندسين والعمال.",
    "وقال المهندس المشرف إن الجسر سيخفف الازدحام عن وسط المدينة، وإنه صمم ليتحمل الفيضانات والزلازل معاً.",
    "ومن المقرر أن تبدأ الحافلات بعبوره مطلع الأسبوع المقبل، على أن تُفتح ممرات المشاة في نهاية الشهر.",
)
NOTICE = 'هذا الخبر بعنوان "المحافظ يقص الشريط" نشر أولاً على موقع nahrnews وتم جلبه من مصدره الأصلي بتاريخ ٩ آذار ٢٠٢٥.'
DISCLAIMER = "لا يتحمل موقعنا مسؤولية مضمونه. بإمكانكم قراءة الخبر كاملاً من خلال مصدره الأصلي."
TITLE = "افتتاح جسر جديد فوق النهر بعد عامين من العمل"

SYNDICATED = RawArticle(
    source="city.example",
    title=TITLE,
    text="\n\n" + "\n".join([NOTICE, DISCLAIMER, *BODY, "محليات", "محليات", "أخبار المدينة", "محليات"]),
)


def received(article: RawArticle, offset: int = 0) -> Received[RawArticle]:
    """The article as the stage gets it."""
    return Received(article, Coordinates("articles.raw", 0, offset), NOW_MS)


SPAN = Span("articles.raw", 0, NO_OFFSET, 100)
"""The offsets that these tests' batches are part of."""
