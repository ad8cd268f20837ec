"""The dashboard an operator opens first: is it flowing, how late is it, what fails, what is full."""

from __future__ import annotations

from deploy.grafana.panels import Json, Panel, Query, Row, Step, dashboard
from shared.topics import AGENTS, CACHE, DEDUPLICATOR

SERVICES = (*(agent.name for agent in AGENTS), "api")

LATE_SECONDS = 60  # a reader of news notices a minute; a hop that keeps up takes a few hundredths of a second
VERY_LATE_SECONDS = 600  # ten minutes: longer than a restart of everything takes
WAITING_MESSAGES = 10_000  # what one process of the slowest agent works off in about a minute
FULL_SHARE = 0.8  # leaves time to act before a limit is met
VERY_FULL_SHARE = 0.95

_LATE = (Step(LATE_SECONDS, "orange"), Step(VERY_LATE_SECONDS, "red"))
_FULL = (Step(FULL_SHARE, "orange"), Step(VERY_FULL_SHARE, "red"))
_ANY_IS_BAD = (Step(1, "red"),)
_NONE_IS_BAD = (Step(0, "red"), Step(1, "green"))
_YES_NO = (("0", "no"), ("1", "yes"))

_RATE = "[$__rate_interval]"
_OURS = 'job="khabar"'
_PUBLISHED = 'outcome="published"'
_FAULT = 'status=~"5.."'


def overview() -> Json:
    """The dashboard "Khabar overview"."""
    return dashboard(
        "khabar-overview",
        "Khabar overview",
        "Is it flowing, how late is it, what fails, what is full. Each title says what good looks like; "
        "each panel's (i) says what to do when it does not look so.",
        [_now(), _flowing(), _late(), _failing(), _full()],
    )


def _ours(metric: str, *labels: str) -> str:
    return f"{metric}{{{','.join([_OURS, *labels])}}}"


def _rate(metric: str, *labels: str) -> str:
    return f"rate({_ours(metric, *labels)}{_RATE})"


def _quantile(share: float, histogram: str, label: str, window: str = _RATE) -> str:
    return f"histogram_quantile({share}, sum by (le, {label}) (rate({_ours(histogram + '_bucket')}{window})))"


def _or_zero(expr: str, label: str, *values: str) -> str:
    """With a zero for each value that has no series: what never happened, and what is gone, must be seen as 0."""
    zeros = (f'label_replace(vector(0), "{label}", "{value}", "", "")' for value in values)
    return " or ".join([expr, *zeros])


def _each_stage(expr: str) -> str:
    return _or_zero(expr, "stage", *(agent.name for agent in AGENTS))


def _now() -> Row:
    return Row(
        "Now",
        (
            Panel(
                "Ready processes: at least 1 of each service",
                "0: no process of that service does its work. Ask one of them why: its /ready on the health port "
                "names what it waits for; its log says more. If none answers, start the service.",
                "none",
                (Query(_or_zero(f"sum by (stage) ({_ours('khabar_ready')})", "stage", *SERVICES), "{{stage}}"),),
                kind="stat",
                width=8,
                height=5,
                steps=_NONE_IS_BAD,
            ),
            Panel(
                "New articles: what producers send",
                "Enriched articles a second, copies among them, unchanged ones not. 0 while producers send: look "
                "along the row below for the first stage that stands still.",
                "suffix:/s",
                (
                    Query(
                        f"sum({_rate('khabar_articles_total', _stage(DEDUPLICATOR.name), _PUBLISHED)})",
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
                        f"(rate({_ours('khabar_end_to_end_seconds_bucket', _stage(CACHE.name))}[5m])))",
                        "95 of 100",
                    ),
                ),
                kind="stat",
                width=4,
                height=5,
                steps=_LATE,
            ),
            Panel(
                "Dead letters in the last hour: 0",
                "Articles that could not be processed; none is lost, each is in articles.dead with its reason. "
                "Look at them with `khabar tail articles.dead`; most often one producer sends something broken.",
                "none",
                (Query(f"sum(increase({_ours('khabar_dead_letters_total')}[1h])) or vector(0)", "dead letters"),),
                kind="stat",
                width=4,
                height=5,
                steps=(Step(1, "orange"),),
            ),
            Panel(
                "Redis memory: under 80 % of its limit",
                "At 100 % Redis refuses writes and the deduplicator and the cache wait; nothing is lost, nothing "
                "moves. Raise maxmemory, or shorten KHABAR_RETENTION_DAYS.",
                "percentunit",
                (Query(_redis_share(), "used"),),
                kind="stat",
                width=4,
                height=5,
                maximum=1,
                steps=_FULL,
            ),
        ),
    )


def _flowing() -> Row:
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
                            f"sum by (outcome) ({_rate('khabar_articles_total', _stage(agent.name))})",
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
                        _or_zero(
                            f"sum by (outcome) ({_rate('khabar_pushed_articles_total')})",
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
                (Query(f"sum by (status) ({_rate('khabar_http_requests_total')})", "{{status}}"),),
                width=6,
            ),
            Panel(
                "Live readers: as many as usual",
                "Open streams of /v1/stream. A sudden drop to 0 while requests go on: the api was restarted, or a "
                "proxy in front of it cuts long answers.",
                "none",
                (Query(f"sum({_ours('khabar_stream_readers')})", "readers"),),
                width=6,
            ),
            Panel(
                "Articles in the cache: steady over a day",
                "What can be read now. It grows until the retention is reached, then as many leave as come. A drop "
                "to near 0: Redis lost its data; the cache builds it again from Kafka by itself.",
                "short",
                (Query(f"max({_ours('khabar_cache_articles')})", "articles"),),
                width=6,
            ),
        ),
    )


def _late() -> Row:
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
                        f"sum by (stage) (max by (stage, partition) ({_ours('khabar_lag_messages')}))",
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
                (Query(f"max by (stage) ({_ours('khabar_lag_seconds')})", "{{stage}}"),),
                steps=_LATE,
            ),
            Panel(
                "Push to the end of a stage: under a minute",
                "Half of the articles, and 95 of 100, from the producer's push to the end of each stage. The stage "
                "where it jumps up is the slow one. Old articles pushed again keep their first time of push.",
                "s",
                (
                    Query(_quantile(0.5, "khabar_end_to_end_seconds", "stage"), "{{stage}} half"),
                    Query(_quantile(0.95, "khabar_end_to_end_seconds", "stage"), "{{stage}} 95 of 100"),
                ),
                steps=_LATE,
            ),
            Panel(
                "Work on a batch: under a second for 95 of 100",
                "The stage's own time. Longer: huge articles, or too little CPU (see below); for the deduplicator and "
                "the cache also a slow Redis.",
                "s",
                (Query(_quantile(0.95, "khabar_batch_process_seconds", "stage"), "{{stage}}"),),
                width=6,
            ),
            Panel(
                "Kafka transaction: under a second for 95 of 100",
                "Time to write a batch's results and its position in one transaction. Longer: the brokers' disks or "
                "the network are slow.",
                "s",
                (Query(_quantile(0.95, "khabar_batch_publish_seconds", "stage"), "{{stage}}"),),
                width=6,
            ),
            Panel(
                "Articles in a batch: few when it keeps up",
                "The mean. Near KHABAR_BATCH_RECORDS: the stage has a backlog and works it off as fast as it can.",
                "none",
                (
                    Query(
                        f"sum by (stage) ({_rate('khabar_batch_articles_sum')})"
                        f" / sum by (stage) ({_rate('khabar_batch_articles_count')})",
                        "{{stage}}",
                    ),
                ),
                width=6,
            ),
            Panel(
                "Answer to a reader: under 0.1 s for 95 of 100",
                "By route, live streams left out. Longer: too few api processes, or a slow Redis.",
                "s",
                (Query(_quantile(0.95, "khabar_http_request_seconds", "route"), "{{route}}"),),
                width=6,
            ),
        ),
    )


def _failing() -> Row:
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
                        _each_stage(f"60 * sum by (stage, reason) ({_rate('khabar_dead_letters_total')})"),
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
                (Query(_each_stage(f"60 * sum by (stage) ({_rate('khabar_retries_total')})"), "{{stage}}"),),
                width=6,
            ),
            Panel(
                "Articles applied again: none",
                "Redis had lost what it knew (a crash, a restore, another Redis) and the stage went back in Kafka to "
                "build it again. It ends by itself; again and again: see why Redis restarts.",
                "cpm",
                (Query(_each_stage(f"60 * sum by (stage) ({_rate('khabar_restored_articles_total')})"), "{{stage}}"),),
                width=6,
            ),
            Panel(
                "Restarts within 30 minutes: 0",
                "By service. More than one: it crashes and is started again; its log says why.",
                "none",
                (
                    Query(
                        f"sum by (service) (changes({_ours('process_start_time_seconds')}[30m]))",
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
                (Query(_each_stage(f"max by (stage) ({_ours('khabar_breaker_open')})"), "{{stage}}"),),
                kind="state-timeline",
                width=6,
                steps=_ANY_IS_BAD,
                words=_YES_NO,
            ),
            Panel(
                "Ready: green throughout",
                "Red: that process did not do its work then; its /ready and its log name what it waited for.",
                "none",
                (Query(f"min by (service, instance) ({_ours('khabar_ready')})", "{{service}} {{instance}}"),),
                kind="state-timeline",
                width=6,
                steps=_NONE_IS_BAD,
                words=_YES_NO,
            ),
            Panel(
                "Answers Prometheus: green throughout",
                "Red: the process is gone, or cut off, or so busy that it does not answer within 4 s.",
                "none",
                (Query(f"min by (service, instance) ({_ours('up')})", "{{service}} {{instance}}"),),
                kind="state-timeline",
                width=6,
                steps=_NONE_IS_BAD,
                words=_YES_NO,
            ),
            Panel(
                "Faults told to readers: 0 %",
                "Share of requests answered with 5xx. See the api's log; most often Redis or Kafka was away.",
                "percentunit",
                (
                    Query(
                        f"sum({_rate('khabar_http_requests_total', _FAULT)})"
                        f" / (sum({_rate('khabar_http_requests_total')}) > 0) or vector(0)",
                        "5xx",
                    ),
                ),
                width=6,
            ),
        ),
    )


def _full() -> Row:
    return Row(
        "What is full?",
        (
            Panel(
                "Redis memory: well under its limit",
                "Met, Redis refuses writes and agents wait. It grows with the retention: raise maxmemory or shorten "
                "KHABAR_RETENTION_DAYS before it is met.",
                "bytes",
                (
                    Query(f"max({_ours('khabar_redis_memory_bytes')})", "used"),
                    Query(f"max({_ours('khabar_redis_memory_limit_bytes')})", "limit"),
                ),
                width=5,
            ),
            Panel(
                "Memory of a process: flat after the start",
                "Resident memory. Growing for hours: a leak; restart that process (nothing is lost) and report it.",
                "bytes",
                (
                    Query(
                        f"max by (service, instance) ({_ours('process_resident_memory_bytes')})",
                        "{{service}} {{instance}}",
                    ),
                ),
                width=5,
            ),
            Panel(
                "CPU of a service: under one core for each process",
                "In cores. A process uses at most about one: at one, with messages waiting, start another.",
                "none",
                (Query(f"sum by (service) ({_rate('process_cpu_seconds_total')})", "{{service}}"),),
                width=5,
            ),
            Panel(
                "Open files and connections: under 80 %",
                "Share of the limit of the process. At 100 % it can open no more connections: raise the limit "
                "(ulimit -n); the api needs one for each live reader.",
                "percentunit",
                (
                    Query(
                        f"max by (service) ({_ours('process_open_fds')} / {_ours('process_max_fds')})",
                        "{{service}}",
                    ),
                ),
                width=5,
                maximum=1,
                steps=_FULL,
            ),
            Panel(
                "Partitions owned: all, by each stage",
                "Equal for all stages, and KHABAR_PARTITIONS. Fewer for longer than a minute: partitions that nobody "
                "reads; see which process is not ready. More processes than partitions do nothing.",
                "none",
                (Query(f"sum by (stage) ({_ours('khabar_partitions')})", "{{stage}}"),),
                width=4,
            ),
        ),
    )


def _stage(name: str) -> str:
    return f'stage="{name}"'


def _redis_share() -> str:
    return f"max({_ours('khabar_redis_memory_bytes')}) / max({_ours('khabar_redis_memory_limit_bytes')})"
