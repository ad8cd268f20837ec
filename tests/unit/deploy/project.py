"""Where the deployment files are, and what a reader of them needs."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from shared.topics import AGENTS

PROJECT = Path(__file__).resolve().parents[3]
SERVICES = (*(agent.name for agent in AGENTS), "api", "webhooks")


def compose() -> dict[str, dict[str, dict[str, object]]]:
    """The compose file with its variables at their defaults."""
    text = (PROJECT / "docker-compose.yml").read_text("utf-8")
    loaded = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))
    assert isinstance(loaded, dict)
    return loaded


def pins(lock: Path) -> dict[str, str]:
    """Package to version, of a lock file."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock.read_text("utf-8"), re.MULTILINE))


def dockerfile_environment() -> dict[str, str]:
    """The KHABAR_ variables that the image sets."""
    text = (PROJECT / "deploy/image/Dockerfile").read_text("utf-8")
    return dict(re.findall(r"\b(KHABAR_\w+)=(\S+)", text))
