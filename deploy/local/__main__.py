"""`python -m deploy.local run|stop|status|clean`: what the Makefile calls."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

from deploy.local import stack
from deploy.local.failure import LocalError
from deploy.local.folder import local_folder
from deploy.local.options import DEFAULT_PORTS, Options, parse_run
from deploy.local.ports import HOST
from deploy.local.samples import push_samples
from deploy.local.start import refuse_running, say, start, writer_key
from deploy.local.supervision import Supervisor
from deploy.local.watch import changes, pids

LOOK_SECONDS = 2.0  # how often the foreground looks whether the stack is still there
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Interrupted(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal, wherever the program is."""


def main(arguments: Sequence[str]) -> int:
    """Runs one command; what a person can mend is said in one sentence, with exit status 1."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("run", [])
    commands = {"run": lambda: _run(parse_run(rest)), "stop": _stop, "status": _status, "clean": _clean}
    if command not in commands:
        print(f"python -m deploy.local: no command {command!r}; there are {', '.join(commands)}", file=sys.stderr)
        return 2
    try:
        return commands[command]()
    except LocalError as exc:
        print(f"\nmake {command}: {exc}", file=sys.stderr)
        return 1
    except OSError as exc:  # a folder that is not ours, a disk that fills up
        print(f"\nmake {command}: {f'{exc.filename}: ' if exc.filename else ''}{exc.strerror or exc}", file=sys.stderr)
        return 1


def _run(options: Options) -> int:
    for each in STOPPING:
        signal.signal(each, _interrupt)
    began = time.monotonic()
    supervisor: Supervisor | None = None
    try:
        supervisor = start(options)
        if options.samples:
            push_samples(options.ports, local_folder() / "samples-pushed")
        say(f"\nKhabar is running: {stack.page(options.ports)} ({time.monotonic() - began:.0f} s after the start)")
        _tell(options)
        if options.detach:
            return 0
        _stay(supervisor)
        say("Khabar was stopped from elsewhere.")
        return 0
    except (_Interrupted, LocalError) as why:
        for each in STOPPING:
            signal.signal(each, signal.SIG_IGN)
        if supervisor is not None and supervisor.is_running():
            say("\nStopping: services, then Redis, then Kafka; data is kept")
            supervisor.stop()
        if isinstance(why, LocalError):
            raise
        say("Stopped; `make run` goes on from here, `make clean` removes all.")
        return 0


def _stay(supervisor: Supervisor) -> None:
    """Tells what happens to the programs, for as long as supervisord runs."""
    known = pids(supervisor.states())
    while True:
        threading.Event().wait(LOOK_SECONDS)
        try:
            states = supervisor.states()
        except (OSError, LocalError):  # it ends, and refuses questions meanwhile
            if not supervisor.is_running():
                return
            continue
        for line in changes(known, states, supervisor.folder):
            say(line)
        known = pids(states)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise _Interrupted


def _stop() -> int:
    supervisor = Supervisor(local_folder() / "run")
    if not supervisor.is_running():
        say("Khabar does not run.")
        return 0
    say("Stopping: services, then Redis, then Kafka; data is kept")
    supervisor.stop()
    return 0


def _status() -> int:
    folder = local_folder()
    supervisor = Supervisor(folder / "run")
    if not supervisor.is_running():
        say("Khabar does not run; `make run` starts it.")
        return 1
    for state in supervisor.states():
        say(f"  {state.name:<13} {state.state.lower():<9} {state.description}")
    say(f"The page: {(folder / 'run' / 'page').read_text('utf-8')}")
    return 0


def _clean() -> int:
    folder = local_folder()
    refuse_running(Supervisor(folder / "run"), folder)
    shutil.rmtree(folder)
    return 0


ARTICLE = '{"source": "my desk", "title": "Hello", "text": "The harbour opened today."}'


def _tell(options: Options) -> None:
    if options.detach:
        say("It runs on in the background; `make stop` ends it.")
        return
    khabar = f"{_prefix(options)}.venv/bin/khabar"
    key = os.path.relpath(writer_key(local_folder()))
    say(f"""
What to try next, in another terminal, in this folder:
  an article of your own   echo '{ARTICLE}' | {khabar} push -
  the same over HTTP       curl {stack.page(options.ports)}v1/articles -H "Authorization: Bearer $(cat {key})" \\
                             -H 'Content-Type: application/json' -d '{ARTICLE}'
  watch what comes out     {khabar} tail articles.enriched
  what was refused, why    {khabar} tail articles.dead --from beginning
  a service's numbers      curl -s http://{HOST}:{options.ports["normalizer-health"]}/metrics
  what runs                make status

Ctrl-C stops everything; data is kept for the next `make run`.""")


def _prefix(options: Options) -> str:
    """The variable that a command needs where the ports are not the usual ones."""
    if options.ports["kafka"] == DEFAULT_PORTS["kafka"]:
        return ""
    return f"KHABAR_KAFKA_BOOTSTRAP={HOST}:{options.ports['kafka']} "


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
