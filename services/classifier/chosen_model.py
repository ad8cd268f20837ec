"""The topic model that the settings ask for."""

from __future__ import annotations

from services.classifier.http_topics import HttpTopics
from services.classifier.model_files import load_topic_model
from services.classifier.topics import TopicProbabilities
from shared.settings import Settings


def chosen_topic_model(settings: Settings) -> TopicProbabilities:
    """A service of the operator's own where one is set, else the built-in model.

    Raises EndpointError where the address is none, ModelError where the built-in model's files are damaged.
    """
    return HttpTopics(settings.topics_endpoint) if settings.topics_endpoint else load_topic_model()
