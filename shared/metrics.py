"""The one registry of metric names; dashboards and alerts may use only these."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

# Seconds: a hop takes 25 ms at the median when it keeps up; above 5 minutes only "late" matters.
_LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class BulkHistogram(Collector):
    """A histogram by stage that takes a batch of values in one call: one `observe` each would cost more than a hop."""

    def __init__(self, name: str, documentation: str, buckets: Sequence[float], registry: CollectorRegistry) -> None:
        self._name, self._documentation, self._buckets = name, documentation, tuple(buckets)
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}
        registry.register(self)

    def observe_all(self, stage: str, values: Iterable[float]) -> None:
        """Counts every value."""
        counts = self._counts.setdefault(stage, [0] * (len(self._buckets) + 1))
        for value in values:
            counts[bisect_left(self._buckets, value)] += 1
            self._sums[stage] = self._sums.get(stage, 0.0) + value

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(self._name, self._documentation, labels=["stage"])
        for stage, counts in list(self._counts.items()):
            total, buckets = 0, []
            for bound, count in zip([*map(str, map(float, self._buckets)), "+Inf"], counts, strict=True):
                total += count
                buckets.append((bound, float(total)))
            family.add_metric([stage], buckets, self._sums.get(stage, 0.0))
        yield family

    def describe(self) -> Iterator[Metric]:
        yield HistogramMetricFamily(self._name, self._documentation, labels=["stage"])


# -- every agent: exactly one outcome for each article and stage ---------------------------------------------------

ARTICLES = Counter(
    "khabar_articles_total",
    "Articles by what a stage said of them: published, applied, unchanged or dead_letter.",
    ["stage", "outcome"],
    registry=REGISTRY,
)
DEAD_LETTERS = Counter(
    "khabar_dead_letters_total", "Articles sent to the dead letters, by reason.", ["stage", "reason"], registry=REGISTRY
)
PROCESS_SECONDS = Histogram(
    "khabar_batch_process_seconds",
    "Time in which a stage worked on one batch.",
    ["stage"],
    buckets=_LATENCY_BUCKETS,
    registry=REGISTRY,
)
PUBLISH_SECONDS = Histogram(
    "khabar_batch_publish_seconds",
    "Time of one Kafka transaction: outputs, dead letters and offsets.",
    ["stage"],
    buckets=_LATENCY_BUCKETS,
    registry=REGISTRY,
)
BATCH_ARTICLES = Histogram(
    "khabar_batch_articles", "Articles in one batch.", ["stage"], buckets=_BATCH_BUCKETS, registry=REGISTRY
)
LAG_MESSAGES = Gauge(
    "khabar_lag_messages",
    "Messages of the partition that the stage has not handled; 1 may remain for ever (a control record).",
    ["stage", "partition"],
    registry=REGISTRY,
)
LAG_SECONDS = Gauge(
    "khabar_lag_seconds",
    "Age of the newest handled message while messages wait behind it; 0 when none wait.",
    ["stage", "partition"],
    registry=REGISTRY,
)
END_TO_END_SECONDS = BulkHistogram(
    "khabar_end_to_end_seconds",
    "From the producer's push to the end of this stage.",
    _LATENCY_BUCKETS,
    registry=REGISTRY,
)
RETRIES = Counter(
    "khabar_retries_total",
    "Waits, with backoff, for something that was away.",
    ["stage"],
    registry=REGISTRY,
)
RESTORED = Counter(
    "khabar_restored_articles_total",
    "Articles applied again because Redis had lost them.",
    ["stage"],
    registry=REGISTRY,
)
PARTITIONS = Gauge("khabar_partitions", "Partitions that this process owns.", ["stage"], registry=REGISTRY)
READY = Gauge("khabar_ready", "1 when the process answers /ready with yes.", ["stage"], registry=REGISTRY)
BREAKER_OPEN = Gauge(
    "khabar_breaker_open",
    "1 when the agent has stopped because too many articles became dead letters.",
    ["stage"],
    registry=REGISTRY,
)

# -- classifier: drift, what the model's world looks like ----------------------------------------------------------

TOPICS = Counter(
    "khabar_topics_total",
    "Classified articles by language (other: not one of the model's) and best topic (none: it abstained).",
    ["language", "topic"],
    registry=REGISTRY,
)
TOPIC_ABSTENTIONS = Counter(
    "khabar_topic_abstentions_total",
    "Articles that were given no topic, by language and reason: language or threshold.",
    ["language", "reason"],
    registry=REGISTRY,
)
TOPIC_CONFIDENCE = Histogram(
    "khabar_topic_confidence_ratio",
    "Probability of the best guess, whether it was given or not.",
    ["language"],
    buckets=(0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1),
    registry=REGISTRY,
)

# -- cache ---------------------------------------------------------------------------------------------------------

CACHE_ARTICLES = Gauge("khabar_cache_articles", "Articles that the cache holds.", registry=REGISTRY)
CACHE_FORGOTTEN = Counter(
    "khabar_cache_forgotten_total",
    "Articles that the cache has let go: past their retention, or the oldest for want of memory.",
    ["why"],
    registry=REGISTRY,
)
REDIS_MEMORY = Gauge("khabar_redis_memory_bytes", "Memory that Redis uses.", registry=REGISTRY)
REDIS_MEMORY_LIMIT = Gauge(
    "khabar_redis_memory_limit_bytes",
    "Memory that Redis may use: its maxmemory, else the machine's.",
    registry=REGISTRY,
)

# -- api -----------------------------------------------------------------------------------------------------------

HTTP_REQUESTS = Counter(
    "khabar_http_requests_total", "Answered requests.", ["method", "route", "status"], registry=REGISTRY
)
HTTP_SECONDS = Histogram(
    "khabar_http_request_seconds",
    "Time to answer a request, streams left out.",
    ["route"],
    buckets=_LATENCY_BUCKETS,
    registry=REGISTRY,
)
STREAM_READERS = Gauge("khabar_stream_readers", "Open server-sent event streams.", registry=REGISTRY)
PUSHED = Counter(
    "khabar_pushed_articles_total", "Articles posted to the api: accepted or refused.", ["outcome"], registry=REGISTRY
)

# -- webhooks ------------------------------------------------------------------------------------------------------

WEBHOOK_TRIES = Counter(
    "khabar_webhook_tries_total",
    "Messages, by what came of them: delivered, failed or gone; dead: given up; removed: not sent, the article was.",
    ["subscription", "outcome"],
    registry=REGISTRY,
)
WEBHOOK_PENDING = Gauge(
    "khabar_webhook_pending_messages",
    "Messages that wait for their first or another try.",
    ["subscription"],
    registry=REGISTRY,
)
WEBHOOK_DEAD = Gauge(
    "khabar_webhook_dead_messages",
    "Messages that were given up and are kept for a person to decide.",
    ["subscription"],
    registry=REGISTRY,
)
WEBHOOK_OLDEST_SECONDS = Gauge(
    "khabar_webhook_oldest_pending_seconds",
    "Since the oldest article arrived in the cache that is not delivered; 0 when none waits.",
    ["subscription"],
    registry=REGISTRY,
)
WEBHOOK_SUBSCRIPTIONS = Gauge(
    "khabar_webhook_subscriptions",
    "Subscriptions that there are, enabled and disabled; each process tells all.",
    ["state"],
    registry=REGISTRY,
)


def metric_names(registry: CollectorRegistry = REGISTRY) -> frozenset[str]:
    """Every sample name that `/metrics` can give, for the tests of dashboards and alerts."""
    suffixes = {
        "counter": ("_total", "_created"),
        "histogram": ("_bucket", "_sum", "_count", "_created"),
        "gauge": ("",),
    }
    return frozenset(
        family.name + suffix for family in registry.collect() for suffix in suffixes.get(family.type, ("",))
    )
