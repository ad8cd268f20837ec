"""What stops the local stack in a way that the person at the keyboard can mend."""

from __future__ import annotations


class LocalError(Exception):
    """One sentence for a person: what is wrong, where, and what to do."""
