"""What operators see of the classifier's answers."""

from __future__ import annotations

from services.classifier.drift import Drift
from services.classifier.stage import Classified
from services.classifier.topics import Abstained, TopicAnswer
from shared.contracts import Topic
from shared.metrics import REGISTRY

POLITICS = Topic(code="medtop:11000000", slug="pol", name="politics and government", score=0.9)


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_topics_abstentions_and_confidence_are_counted_by_language() -> None:
    before = value("khabar_topics_total", language="ar", topic="pol")
    unsure = value("khabar_topic_abstentions_total", language="ar", reason="threshold")
    strange = value("khabar_topic_abstentions_total", language="other", reason="language")
    Drift(frozenset({"ar"}))(
        [
            Classified("ar", TopicAnswer((POLITICS,), 0.9, None)),
            Classified("ar-EG", TopicAnswer((POLITICS,), 0.9, None)),
            Classified("ar", TopicAnswer((), 0.3, Abstained.THRESHOLD)),
            Classified("sw", TopicAnswer((), 0.8, Abstained.LANGUAGE)),
        ]
    )
    assert value("khabar_topics_total", language="ar", topic="pol") == before + 2
    assert value("khabar_topics_total", language="other", topic="none") >= 1
    assert value("khabar_topic_abstentions_total", language="ar", reason="threshold") == unsure + 1
    assert value("khabar_topic_abstentions_total", language="other", reason="language") == strange + 1
    assert value("khabar_topic_confidence_ratio_count", language="ar") >= 3
