"""`khabar serve webhooks`, with a lease and a schedule that a test can wait for; run by tests as a process."""

from __future__ import annotations

import sys

import uvloop

from services.webhooks.app import serve
from services.webhooks.schedule import Schedule
from shared.health import Health
from shared.settings import load_settings

LEASE_SECONDS = 1.0

if __name__ == "__main__":
    sys.exit(
        uvloop.run(
            serve(
                load_settings(),
                Health("webhooks"),
                schedule=Schedule((0.05,) * 20),
                lease_seconds=LEASE_SECONDS,
                look_seconds=0.1,
            )
        )
    )
