"""From which values on a panel is orange or red, and why from there."""

from __future__ import annotations

from deploy.grafana.panels import Step

LATE_SECONDS = 60  # a reader of news notices a minute; a hop that keeps up takes a few hundredths of a second
VERY_LATE_SECONDS = 600  # ten minutes: longer than a restart of everything takes
WAITING_MESSAGES = 10_000  # a minute of work at 170 articles a second
FULL_SHARE = 0.8  # leaves time to act before a limit is met
VERY_FULL_SHARE = 0.95

LATE = (Step(LATE_SECONDS, "orange"), Step(VERY_LATE_SECONDS, "red"))
FULL = (Step(FULL_SHARE, "orange"), Step(VERY_FULL_SHARE, "red"))
ANY_IS_BAD = (Step(1, "red"),)
NONE_IS_BAD = (Step(0, "red"), Step(1, "green"))
YES_NO = (("0", "no"), ("1", "yes"))
