"""How late is it? What waits, how old it is, and where the time goes."""

from __future__ import annotations

from deploy.grafana.overview.limits import LATE, WAITING_MESSAGES
from deploy.grafana.overview.promql import ours, quantile, rate
from deploy.grafana.panels import Panel, Query, Row, Step


def late() -> Row:
    """The row and its panels."""
    return Row(
        "How late is it?",
        (
            Panel(
                "Messages waiting: near 0, or falling",
                "By the stage that has not handled them. Rising: it is too slow for what comes in; start more of its "
                "processes, up to the number of partitions. Flat above 0 and nothing flows: it is stuck, see whether "
                "it is ready. One for each partition may remain for ever: Kafka's own records count as well.",
                "short",
                (
                    Query(
                        f"sum by (stage) (max by (stage, partition) ({ours('khabar_lag_messages')}))",
                        "{{stage}}",
                    ),
                ),
                steps=(Step(WAITING_MESSAGES, "orange"),),
            ),
            Panel(
                "Age of the oldest work: under a minute",
                "By stage, the worst partition; 0 when nothing waits. Rising by one second a second: this stage "
                "stands still.",
                "s",
                (Query(f"max by (stage) ({ours('khabar_lag_seconds')})", "{{stage}}"),),
                steps=LATE,
            ),
            Panel(
                "Push to the end of a stage: under a minute",
                "Half of the articles, and 95 of 100, from the producer's push to the end of each stage. The stage "
                "where it jumps up is the slow one. Old articles pushed again keep their first time of push.",
                "s",
                (
                    Query(quantile(0.5, "khabar_end_to_end_seconds", "stage"), "{{stage}} half"),
                    Query(quantile(0.95, "khabar_end_to_end_seconds", "stage"), "{{stage}} 95 of 100"),
                ),
                steps=LATE,
            ),
            Panel(
                "Work on a batch: under a second for 95 of 100",
                "The stage's own time. Longer: huge articles, or too little CPU (see below); for the deduplicator and "
                "the cache also a slow Redis.",
                "s",
                (Query(quantile(0.95, "khabar_batch_process_seconds", "stage"), "{{stage}}"),),
                width=6,
            ),
            Panel(
                "Kafka transaction: under a second for 95 of 100",
                "Time to write a batch's results and its position in one transaction. Longer: the brokers' disks or "
                "the network are slow.",
                "s",
                (Query(quantile(0.95, "khabar_batch_publish_seconds", "stage"), "{{stage}}"),),
                width=6,
            ),
            Panel(
                "Articles in a batch: few when it keeps up",
                "The mean. Near KHABAR_BATCH_RECORDS: the stage has a backlog and works it off as fast as it can.",
                "none",
                (
                    Query(
                        f"sum by (stage) ({rate('khabar_batch_articles_sum')})"
                        f" / sum by (stage) ({rate('khabar_batch_articles_count')})",
                        "{{stage}}",
                    ),
                ),
                width=6,
            ),
            Panel(
                "Answer to a reader: under 0.1 s for 95 of 100",
                "By route, live streams left out. Longer: too few api processes, or a slow Redis.",
                "s",
                (Query(quantile(0.95, "khabar_http_request_seconds", "route"), "{{route}}"),),
                width=6,
            ),
        ),
    )
