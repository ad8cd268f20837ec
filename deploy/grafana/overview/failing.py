"""What fails? Articles, dependencies, processes, answers."""

from __future__ import annotations

from deploy.grafana.overview.limits import ANY_IS_BAD, NONE_IS_BAD, YES_NO
from deploy.grafana.overview.promql import SERVER_ERROR, each_stage, ours, rate
from deploy.grafana.panels import Panel, Query, Row


def failing() -> Row:
    """The row and its panels."""
    return Row(
        "What fails?",
        (
            Panel(
                "Dead letters by reason: none",
                "Look at them with `khabar tail articles.dead`: each has its reason, its error and the original "
                "bytes. One source: tell the producer. All sources since a release: go back to the one before, then "
                "replay them.",
                "cpm",
                (
                    Query(
                        each_stage(f"60 * sum by (stage, reason) ({rate('khabar_dead_letters_total')}) > 0"),
                        "{{stage}} {{reason}}",
                    ),
                ),
                width=6,
                stacked=True,
            ),
            Panel(
                "Waits for Kafka or Redis: none",
                "Something that a stage needs was away and it waits, longer each time; nothing is lost. While it goes "
                "on see whether Kafka and Redis run and can be reached; /ready of the stage names what is missing.",
                "cpm",
                (Query(each_stage(f"60 * sum by (stage) ({rate('khabar_retries_total')})"), "{{stage}}"),),
                width=6,
            ),
            Panel(
                "Articles applied again: none",
                "Redis had lost what it knew (a crash, a restore, another Redis) and the stage went back in Kafka to "
                "build it again. It ends by itself; again and again: see why Redis restarts.",
                "cpm",
                (Query(each_stage(f"60 * sum by (stage) ({rate('khabar_restored_articles_total')})"), "{{stage}}"),),
                width=6,
            ),
            Panel(
                "Restarts within 30 minutes: 0",
                "By service. More than one: it crashes and is started again; its log says why.",
                "none",
                (
                    Query(
                        f"sum by (service) (changes({ours('process_start_time_seconds')}[30m]))",
                        "{{service}}",
                    ),
                ),
                width=6,
            ),
            Panel(
                "Stopped by too many dead letters: no",
                "Yes (red): nearly all recent articles of that stage became dead letters, so it stopped rather than "
                "drain the topic. See their reason, mend it, restart the stage.",
                "none",
                (Query(each_stage(f"max by (stage) ({ours('khabar_breaker_open')})"), "{{stage}}"),),
                kind="state-timeline",
                width=6,
                steps=ANY_IS_BAD,
                words=YES_NO,
            ),
            Panel(
                "Ready: green throughout",
                "Red: that process did not do its work then; its /ready and its log name what it waited for.",
                "none",
                (Query(f"min by (service, instance) ({ours('khabar_ready')})", "{{service}} {{instance}}"),),
                kind="state-timeline",
                width=6,
                steps=NONE_IS_BAD,
                words=YES_NO,
            ),
            Panel(
                "Answers Prometheus: green throughout",
                "Red: the process is gone, or cut off, or so busy that it does not answer within 4 s.",
                "none",
                (Query(f"min by (service, instance) ({ours('up')})", "{{service}} {{instance}}"),),
                kind="state-timeline",
                width=6,
                steps=NONE_IS_BAD,
                words=YES_NO,
            ),
            Panel(
                "Faults told to readers: 0 %",
                "Share of requests answered with 5xx. See the api's log; most often Redis or Kafka was away.",
                "percentunit",
                (
                    Query(
                        f"sum({rate('khabar_http_requests_total', SERVER_ERROR)})"
                        f" / (sum({rate('khabar_http_requests_total')}) > 0) or vector(0)",
                        "5xx",
                    ),
                ),
                width=6,
            ),
        ),
    )
