"""The 17 top-level IPTC Media Topics, in the order of the model's columns."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.articles import TopicSlug


@dataclass(frozen=True, slots=True)
class MediaTopic:
    """One Media Topic of the top level. Source: https://cv.iptc.org/newscodes/mediatopic/."""

    code: str
    slug: TopicSlug
    name: str


MEDIA_TOPICS: tuple[MediaTopic, ...] = (
    MediaTopic("medtop:01000000", "ace", "arts, culture, entertainment and media"),
    MediaTopic("medtop:02000000", "clj", "crime, law and justice"),
    MediaTopic("medtop:03000000", "dai", "disaster, accident and emergency incident"),
    MediaTopic("medtop:04000000", "ebf", "economy, business and finance"),
    MediaTopic("medtop:05000000", "edu", "education"),
    MediaTopic("medtop:06000000", "env", "environment"),
    MediaTopic("medtop:07000000", "hea", "health"),
    MediaTopic("medtop:08000000", "hum", "human interest"),
    MediaTopic("medtop:09000000", "lab", "labour"),
    MediaTopic("medtop:10000000", "lif", "lifestyle and leisure"),
    MediaTopic("medtop:11000000", "pol", "politics and government"),
    MediaTopic("medtop:12000000", "rel", "religion"),
    MediaTopic("medtop:13000000", "sci", "science and technology"),
    MediaTopic("medtop:14000000", "soc", "society"),
    MediaTopic("medtop:15000000", "spo", "sport"),
    MediaTopic("medtop:16000000", "cwp", "conflict, war and peace"),
    MediaTopic("medtop:17000000", "wea", "weather"),
)

SLUGS: tuple[TopicSlug, ...] = tuple(topic.slug for topic in MEDIA_TOPICS)
