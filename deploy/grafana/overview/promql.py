"""The pieces of PromQL that the panels are made of: always of our own processes, never of another job's."""

from __future__ import annotations

from shared.topics import AGENTS

SERVICES = (*(agent.name for agent in AGENTS), "api", "webhooks")
PUBLISHED = 'outcome="published"'
SERVER_ERROR = 'status=~"5.."'

_RATE = "[$__rate_interval]"
_OURS = 'job="khabar"'


def ours(metric: str, *labels: str) -> str:
    """The metric of our processes, with more conditions where given."""
    return f"{metric}{{{','.join([_OURS, *labels])}}}"


def rate(metric: str, *labels: str) -> str:
    """What a counter grows by in a second."""
    return f"rate({ours(metric, *labels)}{_RATE})"


def quantile(share: float, histogram: str, label: str) -> str:
    """What that share of the observations stays under, for each value of the label."""
    return f"histogram_quantile({share}, sum by (le, {label}) (rate({ours(histogram + '_bucket')}{_RATE})))"


def or_zero(expr: str, label: str, *values: str) -> str:
    """With a zero for each value that has no series: what never happened, and what is gone, must be seen as 0."""
    zeros = (f'label_replace(vector(0), "{label}", "{value}", "", "")' for value in values)
    return " or ".join([expr, *zeros])


def each_stage(expr: str) -> str:
    """With a zero for each stage that has no series."""
    return or_zero(expr, "stage", *(agent.name for agent in AGENTS))


def of_stage(name: str) -> str:
    """The condition that selects one stage."""
    return f'stage="{name}"'


def redis_share() -> str:
    """What Redis uses of what it may use."""
    return f"max({ours('khabar_redis_memory_bytes')}) / max({ours('khabar_redis_memory_limit_bytes')})"
