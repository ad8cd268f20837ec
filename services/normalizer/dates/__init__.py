"""Dates as news writes them: any language, calendar and digits, read exactly or refused."""

from __future__ import annotations

from services.normalizer.dates.reader import DateReading, read_date

__all__ = ["DateReading", "read_date"]
