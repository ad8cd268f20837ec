"""Is it still right? How the classifier's answers drift from what they were."""

from __future__ import annotations

from deploy.grafana.overview.promql import or_zero, quantile, rate
from deploy.grafana.panels import Panel, Query, Row

_CLASSIFIED = f"(sum({rate('khabar_topics_total')}) > 0)"


def right() -> Row:
    """The row and its panels."""
    return Row(
        "Is it still right?",
        (
            Panel(
                "Topics: mixed much as last week",
                "Articles by their best topic; none: the classifier abstained. One topic that swells for days without "
                "such news: a new source of an unknown kind, or another language taken for a known one.",
                "suffix:/s",
                (Query(f"sum by (topic) ({rate('khabar_topics_total')})", "{{topic}}"),),
                stacked=True,
            ),
            Panel(
                "Without a topic: as few as last week",
                "Share of articles, by reason. Language: not one that the classifier learnt. Threshold: it was not "
                "sure enough. Rising: see which sources are new; with enough labelled articles, `khabar train`.",
                "percentunit",
                (
                    Query(
                        or_zero(
                            f"sum by (reason) ({rate('khabar_topic_abstentions_total')})"
                            f" / on () group_left () {_CLASSIFIED}",
                            "reason",
                            "language",
                            "threshold",
                        ),
                        "{{reason}}",
                    ),
                ),
                maximum=1,
            ),
            Panel(
                "Sure of its topics: as much as last week",
                "Probability that the classifier gives its best guess, the middle article of each language. Falling: "
                "the news have moved away from what it learnt; evaluate it (`khabar evaluate`) and train it anew.",
                "percentunit",
                (Query(quantile(0.5, "khabar_topic_confidence_ratio", "language"), "{{language}}"),),
                maximum=1,
            ),
        ),
    )
