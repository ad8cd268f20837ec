"""Do webhooks arrive? What subscribers were sent, what waits, and what was given up."""

from __future__ import annotations

from deploy.grafana.overview.limits import LATE
from deploy.grafana.overview.promql import or_zero, ours, rate
from deploy.grafana.panels import Panel, Query, Row


def sent() -> Row:
    """The row and its panels; nothing is shown while nobody has subscribed."""
    return Row(
        "Do webhooks arrive?",
        (
            Panel(
                "Webhooks sent: delivered, few failed",
                "Tries by what came of them. Failed: the receiver did not answer 2xx, and is tried again for 75 hours. "
                "Dead: given up. Gone: it answered 410, and its subscription is disabled. `khabar webhooks list` says "
                "which subscriptions have messages that wait.",
                "suffix:/s",
                (Query(f"sum by (outcome) ({rate('khabar_webhook_tries_total')})", "{{outcome}}"),),
                width=6,
                stacked=True,
            ),
            Panel(
                "Oldest that waits: under a minute",
                "By subscription, since the article arrived in the cache. Rising: its receiver does not answer, or too "
                "slowly; what it fails with is in the log of webhooks. Others are not held up.",
                "s",
                (
                    Query(
                        f"max by (subscription) ({ours('khabar_webhook_oldest_pending_seconds')})", "{{subscription}}"
                    ),
                ),
                width=6,
                steps=LATE,
            ),
            Panel(
                "Messages that wait, or were given up: near 0",
                "By subscription. Flat at 256 that wait: all room is taken and newer articles wait in the cache, for "
                "as long as that keeps them. Given up: see `khabar webhooks dead`, then `retry` or `discard`.",
                "none",
                (
                    Query(
                        f"sum by (subscription) ({ours('khabar_webhook_pending_messages')})", "{{subscription}} waiting"
                    ),
                    Query(
                        f"sum by (subscription) ({ours('khabar_webhook_dead_messages')})", "{{subscription}} given up"
                    ),
                ),
                width=6,
            ),
            Panel(
                "Subscriptions: none disabled",
                "Disabled: by hand, or because the receiver answered 410; `khabar webhooks list` says which and why. "
                "Nothing is sent there until `khabar webhooks enable`.",
                "none",
                (
                    Query(
                        or_zero(
                            f"max by (state) ({ours('khabar_webhook_subscriptions')})", "state", "enabled", "disabled"
                        ),
                        "{{state}}",
                    ),
                ),
                width=6,
            ),
        ),
    )
