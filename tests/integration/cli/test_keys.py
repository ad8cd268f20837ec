"""What an operator relies on when he gives, changes and takes away the api's keys."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from typer.testing import CliRunner, Result

from services.api.access.key import read_key
from services.cli.app import app
from shared.outcomes import CannotStartError

pytestmark = pytest.mark.integration

Keys = Callable[..., Result]


@pytest.fixture
def keys(redis_url: str, topic_prefix: str) -> Keys:
    """Runs `khabar keys …`."""
    environment = {"KHABAR_REDIS_URL": redis_url, "KHABAR_TOPIC_PREFIX": topic_prefix}
    return lambda *arguments: CliRunner().invoke(app, ["keys", *arguments], env=environment)


def refused(result: Result) -> str:
    """What it said when it refused."""
    assert isinstance(result.exception, CannotStartError), result.output
    return str(result.exception)


def create(keys: Keys, *more: str, name: str = "desk") -> str:
    result = keys("create", "--name", name, "--scope", "write", *more)
    assert result.exit_code == 0, result.output
    return str(result.stdout).strip()


def rows(keys: Keys) -> list[list[str]]:
    return [re.split(r"\s{2,}", line.strip()) for line in keys("list").stdout.splitlines()[1:]]


def test_a_key_is_printed_alone_and_kept_as_a_digest(keys: Keys, redis_url: str, topic_prefix: str) -> None:
    text = create(keys)
    key = read_key(text)
    assert key is not None
    with redis.Redis.from_url(redis_url) as server:
        kept = server.hgetall(f"{{{topic_prefix}khabar:access}}:keys")
    assert list(kept) == [key.digest.encode()]
    assert text not in str(kept)


def test_the_list_shows_what_each_is_for_and_never_the_key(keys: Keys) -> None:
    text = create(keys, "--scope", "read", "--expires", "30", "--rate", "0")
    create(keys, name="agency")
    (agency, desk) = rows(keys)
    assert agency[:2] == ["agency", "write"]
    assert agency[3:] == ["never", "never", "as set"]
    assert desk[:2] == ["desk", "read, write"]
    assert desk[4:] == ["never", "no limit"]
    assert text not in keys("list").output


def test_a_name_is_given_once(keys: Keys) -> None:
    first = create(keys)
    assert "khabar keys rotate desk" in refused(keys("create", "--name", "desk", "--scope", "read"))
    assert create(keys, "--replace") != first
    assert len(rows(keys)) == 1


@pytest.mark.parametrize("name", ["", "-desk", "a b", "ديسك", "a" * 64, "a\n"])
def test_a_name_that_would_be_hard_to_type_is_refused(keys: Keys, name: str) -> None:
    assert "is no name for a key" in refused(keys("create", f"--name={name}", "--scope=read"))


def test_rotating_leaves_the_old_one_its_grace_and_revoking_ends_both(keys: Keys) -> None:
    old = create(keys, "--rate", "7")
    new = str(keys("rotate", "desk", "--grace", "2").stdout).strip()
    assert new != old
    was, now = rows(keys)
    assert (was[3], now[3]) != ("never", "never")
    assert now[3:] == ["never", "never", "7"]
    assert keys("revoke", "desk").exit_code == 0
    assert rows(keys) == []
    assert "no key named desk" in refused(keys("revoke", "desk"))


def test_rotated_without_grace_the_old_one_has_ended(keys: Keys) -> None:
    create(keys)
    keys("rotate", "desk", "--grace", "0")
    assert [row[3].startswith("ended") for row in rows(keys)] == [True, False]
    keys("rotate", "desk", "--grace", "1")
    assert [row[3].startswith("ended") for row in rows(keys)] == [False, False]


def test_a_file_holds_the_key_for_its_owner_alone(keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "writer.key"
    told = create(keys, "--file", str(file))
    text = file.read_text("utf-8").strip()
    assert read_key(text)
    assert text not in told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "it was there already" in create(keys, "--file", str(file))
    assert len(rows(keys)) == 1


def test_a_key_in_a_file_is_taken_again_where_redis_has_lost_it(keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "writer.key"
    create(keys, "--file", str(file))
    before = file.read_text("utf-8")
    keys("revoke", "desk")
    create(keys, "--file", str(file), "--replace")
    assert file.read_text("utf-8") == before
    assert len(rows(keys)) == 1


def test_a_file_is_left_only_where_its_key_is_good(keys: Keys, tmp_path: Path) -> None:
    create(keys)
    file = tmp_path / "second.key"
    refused(keys("create", "--name", "desk", "--scope", "write", "--file", str(file)))
    assert not file.exists()
    file.write_text("not a key", "utf-8")
    assert "holds no key" in refused(keys("create", "--name", "x", "--scope", "write", "--file", str(file)))


def test_without_redis_it_says_where_the_keys_are(keys: Keys) -> None:
    result = CliRunner().invoke(app, ["keys", "list"], env={"KHABAR_REDIS_URL": "redis://127.0.0.1:1/0"})
    assert "KHABAR_REDIS_URL" in refused(result)
