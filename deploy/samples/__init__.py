"""The articles that a new user sees first, and inputs that show what a dead letter looks like."""

from __future__ import annotations

from pathlib import Path

ARTICLES: Path = Path(__file__).with_name("articles.jsonl")
"""Raw articles, one JSON object a line, in the order in which they were fetched."""

POISON: Path = Path(__file__).with_name("poison.jsonl")
"""Inputs that cannot be processed, one a line; some are not JSON."""
