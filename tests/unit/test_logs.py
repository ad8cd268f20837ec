"""Logs are JSON for machines, hold no secret, and do not drown in what drivers repeat."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.logs import REPEAT_SECONDS, SeldomRepeated, configure_logs
from shared.settings import load_settings


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers, logging.root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_record_is_one_line_of_json_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings({"KHABAR_LOG_FORMAT": "json", "KHABAR_REDIS_PASSWORD": "sesame"})
    configure_logs(settings, "cache")

    structlog.get_logger("x").warning(
        "خبر", article="a" * 32, topic="t", password="sesame", key=settings.redis_password
    )
    logging.getLogger("library").error("from the standard library")

    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["event"] == "خبر"
    assert (first["service"], first["level"], first["topic"]) == ("cache", "warning", "t")
    assert "sesame" not in json.dumps(first)
    assert second["event"] == "from the standard library"


def test_what_a_driver_repeats_is_said_once_in_a_while() -> None:
    now = [0.0]
    seldom = SeldomRepeated(lambda: now[0])
    record = logging.LogRecord("aiokafka", logging.ERROR, "", 0, "no broker %s", ("1",), None)
    other = logging.LogRecord("aiokafka", logging.ERROR, "", 0, "another %s", ("1",), None)

    assert [seldom.filter(record), seldom.filter(record), seldom.filter(other)] == [True, False, True]
    now[0] = REPEAT_SECONDS - 0.1
    assert not seldom.filter(record)
    now[0] = REPEAT_SECONDS
    assert seldom.filter(record)


def test_a_traceback_names_the_places_and_holds_no_value_of_theirs(capsys: pytest.CaptureFixture[str]) -> None:
    """Locals would put whole articles into the log, and what a secret was taken out of."""
    text = "the text of an article"
    try:
        raise ValueError(f"{len(text)} bytes")
    except ValueError:
        configure_logs(load_settings({"KHABAR_LOG_FORMAT": "json"}), "cache")
        structlog.get_logger("x").exception("failed")
    said = capsys.readouterr().err
    assert "22 bytes" in said
    assert "test_a_traceback_names" in said
    assert text not in said
