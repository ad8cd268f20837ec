"""The dashboard an operator opens first: is it flowing, how late, what fails, what is full, is it still right."""

from __future__ import annotations

from deploy.grafana.overview.failing import failing
from deploy.grafana.overview.flowing import flowing
from deploy.grafana.overview.full import full
from deploy.grafana.overview.late import late
from deploy.grafana.overview.now import now
from deploy.grafana.overview.right import right
from deploy.grafana.overview.sent import sent
from deploy.grafana.panels import Json, dashboard


def overview() -> Json:
    """The dashboard "Khabar overview"."""
    return dashboard(
        "khabar-overview",
        "Khabar overview",
        "Is it flowing, how late is it, what fails, what is full, is it still right. Each title "
        "says what good looks like; each panel's (i) says what to do when it does not look so.",
        [now(), flowing(), late(), failing(), sent(), full(), right()],
    )
