"""Structured logs: JSON where standard error is no terminal, readable lines where it is; never a secret."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from pydantic import SecretStr

from shared.settings import Settings

# Chatter of the drivers that says nothing an operator can act on.
_QUIET = ("aiokafka", "faust", "mode", "shared.stream.consumer", "shared.stream.transport")
# What these say of a page names no article; where they find nothing in it, the article's dead letter says so.
_SILENT = ("trafilatura",)
# Without locals: they hold whole articles, and what a secret was taken out of.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
REPEAT_SECONDS = 10.0  # aiokafka says hundreds of times a minute that a broker is away


class SeldomRepeated(logging.Filter):
    """Lets the same message of the same logger pass once in a while, whatever its arguments."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        key, now = (record.name, str(record.msg)), self._monotonic()
        if now - self._said.get(key, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return False
        self._said[key] = now
        return True


def configure_logs(settings: Settings, service: str) -> None:
    """Sends structlog's and the standard library's records to standard error, in one form."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    renderer: list[structlog.types.Processor] = (
        [_TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    handler.addFilter(_only_of_drivers(SeldomRepeated()))
    structlog.contextvars.bind_contextvars(service=service)


def _only_of_drivers(seldom: SeldomRepeated) -> Callable[[logging.LogRecord], bool]:
    return lambda record: not record.name.startswith(_QUIET) or seldom.filter(record)


def _hide_secrets(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, SecretStr) or "password" in name.lower():
            event[name] = "**********"
    return event
