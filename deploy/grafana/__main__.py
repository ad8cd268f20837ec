"""`python -m deploy.grafana` writes the dashboards that Grafana is given."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from deploy.grafana.overview import overview
from deploy.grafana.panels import Json

DASHBOARDS = Path(__file__).parent / "dashboards"


def written() -> dict[Path, Json]:
    """Each dashboard and the file it belongs in."""
    return {DASHBOARDS / "overview.json": overview()}


def text(dashboard: Json) -> str:
    """As it stands in its file."""
    return json.dumps(dashboard, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, dashboard in written().items():
        path.write_text(text(dashboard), "utf-8")
        sys.stdout.write(f"{path} written\n")
