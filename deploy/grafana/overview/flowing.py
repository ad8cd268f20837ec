"""Is it flowing? The stages from left to right, then the readers and the cache."""

from __future__ import annotations

from deploy.grafana.overview.promql import of_stage, or_zero, ours, rate
from deploy.grafana.panels import Panel, Query, Row
from shared.topics import AGENTS


def flowing() -> Row:
    """The row and its panels."""
    return Row(
        "Is it flowing? In the order of the stream",
        (
            *(
                Panel(
                    f"{number}. {agent.name}: as high as its neighbours",
                    f"Articles a second by what the {agent.name} said of them. Lower than the panel on its left: "
                    "this stage does not keep up or stands still; see its messages waiting below. Many dead letters: "
                    "see their reasons below. Unchanged: producers push the same articles again, which is harmless.",
                    "suffix:/s",
                    (
                        Query(
                            f"sum by (outcome) ({rate('khabar_articles_total', of_stage(agent.name))})",
                            "{{outcome}}",
                        ),
                    ),
                    width=6,
                    stacked=True,
                )
                for number, agent in enumerate(AGENTS, start=1)
            ),
            Panel(
                "Posted to the api: accepted, not refused",
                "Articles that came by POST /v1/articles. Refused ones are told to whoever posts them, with the "
                "reason for each; a steady rate of them is a producer that does not read its answers.",
                "suffix:/s",
                (
                    Query(
                        or_zero(
                            f"sum by (outcome) ({rate('khabar_pushed_articles_total')})",
                            "outcome",
                            "accepted",
                            "refused",
                        ),
                        "{{outcome}}",
                    ),
                ),
                width=6,
            ),
            Panel(
                "Requests answered: 2xx and 304",
                "By HTTP status. 4xx: readers ask for what is not there, or wrongly; 5xx: a fault of ours or Redis "
                "or Kafka away, see the api's log and whether it is ready.",
                "suffix:/s",
                (Query(f"sum by (status) ({rate('khabar_http_requests_total')})", "{{status}}"),),
                width=6,
            ),
            Panel(
                "Live readers: as many as usual",
                "Open streams of /v1/stream. A sudden drop to 0 while requests go on: the api was restarted, or a "
                "proxy in front of it cuts long answers.",
                "none",
                (Query(f"sum({ours('khabar_stream_readers')})", "readers"),),
                width=6,
            ),
            Panel(
                "Articles in the cache: steady over a day",
                "What can be read now. It grows until the retention is reached, then as many leave as come. A drop "
                "to near 0: Redis lost its data; the cache builds it again from Kafka by itself.",
                "short",
                (Query(f"max({ours('khabar_cache_articles')})", "articles"),),
                width=6,
            ),
        ),
    )
