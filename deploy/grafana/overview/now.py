"""The answer at a glance: six numbers."""

from __future__ import annotations

from deploy.grafana.overview.limits import FULL, LATE, NONE_IS_BAD
from deploy.grafana.overview.promql import PUBLISHED, SERVICES, of_stage, or_zero, ours, rate, redis_share
from deploy.grafana.panels import Panel, Query, Row, Step
from shared.topics import CACHE, DEDUPLICATOR


def now() -> Row:
    """The row and its panels."""
    return Row(
        "Now",
        (
            Panel(
                "Ready processes: at least 1 of each service",
                "0: no process of that service does its work. Ask one of them why: its /ready on the health port "
                "names what it waits for; its log says more. If none answers, start the service.",
                "none",
                (Query(or_zero(f"sum by (stage) ({ours('khabar_ready')})", "stage", *SERVICES), "{{stage}}"),),
                kind="stat",
                height=5,
                steps=NONE_IS_BAD,
            ),
            Panel(
                "New articles: what producers send",
                "Enriched articles a second, copies among them, unchanged ones not. 0 while producers send: look "
                "along the row below for the first stage that stands still.",
                "suffix:/s",
                (
                    Query(
                        f"sum({rate('khabar_articles_total', of_stage(DEDUPLICATOR.name), PUBLISHED)})",
                        "articles",
                    ),
                ),
                kind="stat",
                width=4,
                height=5,
            ),
            Panel(
                "Push to page: under a minute for 95 of 100",
                "From the producer's push until the article can be read, over the last 5 minutes. Longer: see which "
                "stage has messages waiting, and start more processes of it, up to the number of partitions.",
                "s",
                (
                    Query(
                        f"histogram_quantile(0.95, sum by (le) "
                        f"(rate({ours('khabar_end_to_end_seconds_bucket', of_stage(CACHE.name))}[5m])))",
                        "95 of 100",
                    ),
                ),
                kind="stat",
                width=4,
                height=5,
                steps=LATE,
            ),
            Panel(
                "Dead letters in the last hour: 0",
                "Articles that could not be processed; none is lost, each is in articles.dead with its reason. "
                "Look at them with `khabar tail articles.dead`; most often one producer sends something broken.",
                "none",
                (Query(f"round(sum(increase({ours('khabar_dead_letters_total')}[1h]))) or vector(0)", "dead letters"),),
                kind="stat",
                width=4,
                height=5,
                steps=(Step(1, "orange"),),
            ),
            Panel(
                "Redis memory: under 80 % of its limit",
                "Above 90 % the cache lets its oldest articles go. At 100 % Redis refuses writes and the deduplicator "
                "and the cache wait; nothing is lost, nothing moves. Raise maxmemory, or shorten "
                "KHABAR_RETENTION_DAYS.",
                "percentunit",
                (Query(redis_share(), "used"),),
                kind="stat",
                width=4,
                height=5,
                maximum=1,
                steps=FULL,
            ),
        ),
    )
