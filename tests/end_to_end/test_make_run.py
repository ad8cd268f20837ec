"""`make run` as its user meets it: start, articles on the page, a second run, Ctrl-C, and all is kept."""

from __future__ import annotations

import json
import os
import signal
import stat
import time
import urllib.error
from collections.abc import Iterator

import pytest

from deploy.local.options import SERVICES
from deploy.local.ports import is_taken
from tests.end_to_end.running import RunningStack

pytestmark = pytest.mark.end_to_end

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Started once for the tests that do not stop it; the samples are on its page."""
    it = RunningStack(tmp_path_factory.mktemp("make-run"))
    try:
        it.start()
        yield it
    finally:
        it.interrupt()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _ids(running: RunningStack) -> set[str]:
    return {article["id"] for article in running.get("/v1/articles?limit=100")["articles"]}


def test_it_tells_what_it_starts_and_where_and_what_to_try(running: RunningStack) -> None:
    for name in ("kafka", "redis", *SERVICES):
        assert f"\n  {name}" in running.said
    assert f"{running.page}/" in running.said
    assert "khabar push -" in running.said
    assert running.command(["status"]).returncode == 0


def test_a_second_run_says_where_the_first_is(running: RunningStack) -> None:
    done = running.command(running.arguments())
    assert done.returncode == 1
    assert f"already running at {running.page}/" in done.stderr


def test_clean_refuses_while_it_runs(running: RunningStack) -> None:
    done = running.command(["clean"])
    assert done.returncode == 1
    assert "make stop" in done.stderr
    assert (running.folder / "kafka").is_dir()


def test_an_article_of_ones_own_comes_out(running: RunningStack) -> None:
    title = "The lighthouse keeper of Qalhat retires"
    article = {"source": "end-to-end", "title": title, "text": "After forty years the lamp has a new keeper."}
    done = running.khabar("push", "-", given=json.dumps(article) + "\n")
    assert done.returncode == 0, done.stderr
    until = time.monotonic() + PATIENCE_SECONDS
    while title not in {found["title"] for found in running.get("/v1/articles?source=end-to-end")["articles"]}:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_key_that_it_made_lets_post_and_nobody_else_reads_it(running: RunningStack) -> None:
    file = running.folder / "writer.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in running.said
    article = {"source": "end-to-end", "text": "The ferry runs again."}
    with pytest.raises(urllib.error.HTTPError, match="401"):
        running.post("/v1/articles", article)
    assert running.post("/v1/articles", article, key=file.read_text("utf-8").strip())["accepted"] == 1


def test_a_killed_service_comes_back_under_another_pid(running: RunningStack) -> None:
    before = running.pids()["classifier"]
    os.kill(before, signal.SIGKILL)
    until = time.monotonic() + PATIENCE_SECONDS
    while running.pids()["classifier"] in (0, before):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_ctrl_c_leaves_nothing_running_and_a_second_run_keeps_the_data(running: RunningStack) -> None:
    """The last one: it ends what the tests above shared."""
    pids, first = running.pids(), _ids(running)
    assert first
    assert running.interrupt() == 0
    assert "data is kept" in running.said
    assert not [name for name, pid in pids.items() if _is_alive(pid)]
    assert not [name for name, port in running.ports.items() if is_taken(port)]
    running.start()
    assert "pushed" not in running.said
    assert _ids(running) >= first
    assert running.command(["stop"]).returncode == 0
    assert running.wait() == 0
    assert running.command(["clean"]).returncode == 0
    assert not running.folder.exists()
