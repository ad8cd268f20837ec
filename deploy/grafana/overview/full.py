"""What is full? Redis, and each process."""

from __future__ import annotations

from deploy.grafana.overview.limits import FULL
from deploy.grafana.overview.promql import or_zero, ours, rate
from deploy.grafana.panels import Panel, Query, Row


def full() -> Row:
    """The row and its panels."""
    return Row(
        "What is full?",
        (
            Panel(
                "Redis memory: well under its limit",
                "At 90 % the cache lets its oldest articles go; if the limit is met all the same, Redis refuses writes "
                "and agents wait. It grows with the retention: raise maxmemory or shorten KHABAR_RETENTION_DAYS.",
                "bytes",
                (
                    Query(f"max({ours('khabar_redis_memory_bytes')})", "used"),
                    Query(f"max({ours('khabar_redis_memory_limit_bytes')})", "limit"),
                ),
            ),
            Panel(
                "Articles let go: by retention, not by memory",
                "What the cache forgot, a minute. Memory: Redis was nearly full and the oldest went before their time; "
                "raise maxmemory or shorten KHABAR_RETENTION_DAYS. Retention: as it should be.",
                "cpm",
                (
                    Query(
                        or_zero(
                            f"60 * sum by (why) ({rate('khabar_cache_forgotten_total')})", "why", "retention", "memory"
                        ),
                        "{{why}}",
                    ),
                ),
            ),
            Panel(
                "Memory of a process: flat after the start",
                "Resident memory. Growing for hours: a leak; restart that process (nothing is lost) and report it.",
                "bytes",
                (
                    Query(
                        f"max by (service, instance) ({ours('process_resident_memory_bytes')})",
                        "{{service}} {{instance}}",
                    ),
                ),
            ),
            Panel(
                "CPU of a service: under one core for each process",
                "In cores. A process uses at most about one: at one, with messages waiting, start another.",
                "none",
                (Query(f"sum by (service) ({rate('process_cpu_seconds_total')})", "{{service}}"),),
            ),
            Panel(
                "Open files and connections: under 80 %",
                "Share of the limit of the process. At 100 % it can open no more connections: raise the limit "
                "(ulimit -n); the api needs one for each live reader.",
                "percentunit",
                (
                    Query(
                        f"max by (service) ({ours('process_open_fds')} / {ours('process_max_fds')})",
                        "{{service}}",
                    ),
                ),
                maximum=1,
                steps=FULL,
            ),
            Panel(
                "Partitions owned: all, by each stage",
                "Equal for all stages, and KHABAR_PARTITIONS. Fewer for longer than a minute: partitions that nobody "
                "reads; see which process is not ready. More processes than partitions do nothing.",
                "none",
                (Query(f"sum by (stage) ({ours('khabar_partitions')})", "{{stage}}"),),
            ),
        ),
    )
