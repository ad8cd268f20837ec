"""The first run's articles: pushed once, and waited for until a reader could see them."""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy.local import stack
from deploy.local.failure import LocalError
from deploy.local.folder import PROJECT
from deploy.local.start import khabar, say

SAMPLES = PROJECT / "deploy" / "samples"
ARTICLES = SAMPLES / "articles.jsonl"
POISON = SAMPLES / "poison.jsonl"
FIRST_SECONDS = 120
POLL_SECONDS = 0.2


def push_samples(ports: Mapping[str, int], marker: Path) -> None:
    """Pushes the samples unless the marker says that it was done; returns when one is on the page."""
    if marker.exists():
        return
    started = time.monotonic()
    _push(ports, str(ARTICLES))
    _wait_for_the_first(ports)
    say(f"  the first enriched article is on the page, {time.monotonic() - started:.1f} s after pushing began")
    _push(ports, "--unchecked", str(POISON))
    marker.write_text("", "utf-8")


def _push(ports: Mapping[str, int], *arguments: str) -> None:
    done = khabar(ports, "push", *arguments)
    if done.returncode:
        raise LocalError(f"The sample articles were not pushed: {(done.stderr or done.stdout).strip()}")
    say(f"  {done.stdout.strip().replace(str(PROJECT) + os.sep, '')}")


def _wait_for_the_first(ports: Mapping[str, int]) -> None:
    until = time.monotonic() + FIRST_SECONDS
    while not articles_served(ports):
        if time.monotonic() > until:
            raise LocalError(
                f"No article came out within {FIRST_SECONDS} s; the services' logs in .local/run tell why, and "
                "`khabar tail articles.dead --from beginning` what was refused."
            )
        time.sleep(POLL_SECONDS)


def articles_served(ports: Mapping[str, int]) -> int:
    """How many articles the api's first page lists."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{stack.page(ports)}v1/articles", timeout=10) as answer:
        return len(json.load(answer)["articles"])
