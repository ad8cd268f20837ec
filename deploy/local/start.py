"""`make run`: everything in order, each step told, each waited for."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.local import stack
from deploy.local.failure import LocalError
from deploy.local.folder import local_folder
from deploy.local.kafka_jars import ensure_jars
from deploy.local.options import SERVICES, Options
from deploy.local.ports import require_free
from deploy.local.process import tail
from deploy.local.programs import LAST, Program, log_of, supervisor_settings
from deploy.local.supervision import Supervisor

READY_SECONDS = 120  # the slowest, with all services loading their models at once on two slow cores, took a quarter
FAILED_STARTS = 2  # after so many it is no hiccup: the log is shown instead of trying on
POLL_SECONDS = 0.2
SPACE_MIB = 500  # the jars, Kafka's files of some 60 partitions, and a day of a small stream


def say(text: str) -> None:
    """One line of progress, seen at once also in a pipe."""
    print(text, flush=True)


def start(options: Options) -> Supervisor:
    """Starts Kafka, Redis, Prometheus, the topics and every service; leaves nothing running where it fails."""
    folder = local_folder()
    run = folder / "run"
    run.mkdir(exist_ok=True)
    supervisor = Supervisor(run)
    refuse_running(supervisor, folder)
    require_free(_needed(options.ports))
    require_space(folder)
    jars = ensure_jars(folder, say)
    say(f"Starting Khabar; its data, its logs and what it fetched are in {folder}")
    programs = _programs(folder, options.ports, jars)
    supervisor.settings_file.write_text(supervisor_settings(run, supervisor.socket, programs), "utf-8")
    supervisor.start(os.environ)
    try:
        _start_all(supervisor, programs, options)
    except BaseException:
        say("Stopping what was started")
        supervisor.stop()
        raise
    (run / "page").write_text(stack.page(options.ports), "utf-8")
    return supervisor


def refuse_running(supervisor: Supervisor, folder: Path) -> None:
    """Raises LocalError that tells where, when this folder's stack runs already."""
    if supervisor.is_running():
        known = folder / "run" / "page"
        where = known.read_text("utf-8") if known.exists() else f"from {folder}"
        raise LocalError(f"Khabar is already running at {where}: use it, or end it with `make stop`.")


def require_space(folder: Path, least_mib: int = SPACE_MIB) -> None:
    """Raises LocalError where the disk is as good as full: Kafka would stop in the middle of a write."""
    free = shutil.disk_usage(folder).free >> 20
    if free < least_mib:
        raise LocalError(
            f"The disk that holds {folder} has {free} MiB left, and {least_mib} MiB are needed: make room, or name a "
            "folder on another disk with the environment variable KHABAR_LOCAL. Nothing was started."
        )


def _needed(ports: Mapping[str, int]) -> dict[str, int]:
    return {name: port for name, port in ports.items() if name != "prometheus" or shutil.which("prometheus")}


def _programs(folder: Path, ports: Mapping[str, int], jars: Path) -> list[Program]:
    prometheus = stack.prometheus(folder, ports)
    servers = [stack.kafka(folder, ports, jars), stack.redis(folder, ports)]
    return [*servers, *([prometheus] if prometheus else []), *stack.services(ports)]


def _start_all(supervisor: Supervisor, programs: list[Program], options: Options) -> None:
    servers = [program for program in programs if program.priority != LAST]
    services = [program for program in programs if program.priority == LAST]
    _start(supervisor, servers, "")
    create_topics(options.ports)
    ensure_writer_key(options.ports, writer_key(local_folder()))
    _start(supervisor, services, "services:")
    assert len(services) == len(SERVICES)


def create_topics(ports: Mapping[str, int]) -> None:
    """Creates the topics that are missing. Raises LocalError with the command's own words."""
    done = khabar(ports, "topics", "create")
    if done.returncode:
        raise LocalError(f"The topics could not be created: {(done.stderr or done.stdout).strip()}")
    say(f"  topics        {done.stdout.strip()}")


def writer_key(folder: Path) -> Path:
    """Where the key is with which this machine's programs may post articles."""
    return folder / "writer.key"


def ensure_writer_key(ports: Mapping[str, int], file: Path) -> None:
    """Makes the key at the first start; later ones find it, or tell it to a Redis that has lost it."""
    name = ("--name", "make-run", "--replace", "--file", str(file))
    done = khabar(ports, "keys", "create", *name, "--scope", "read", "--scope", "write", "--rate", "0")
    if done.returncode:
        raise LocalError(f"No key for posting articles could be made: {(done.stderr or done.stdout).strip()}")
    say(f"  key           {file}: for posting articles, readable by you alone")


def khabar(ports: Mapping[str, int], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of ours against this stack."""
    environment = {**os.environ, **stack.service_variables(ports)}
    return subprocess.run([str(stack.KHABAR), *arguments], capture_output=True, text=True, env=environment)


def _start(supervisor: Supervisor, programs: Iterable[Program], group: str) -> None:
    programs = list(programs)
    for program in programs:
        supervisor.start_program(group + program.name)
    for program in programs:
        _wait(supervisor, program)


def _wait(supervisor: Supervisor, program: Program) -> None:
    log = log_of(supervisor.folder, program.name)
    started = time.monotonic()
    tries: set[int] = set()
    while not program.is_ready():
        state = next(state for state in supervisor.states() if state.name == program.name)
        tries |= {state.pid} - {0}
        if len(tries) > FAILED_STARTS or state.state == "FATAL":
            raise LocalError(f"{program.name} does not start ({shlex.join(program.command[:3])} …):\n{tail(log)}")
        if time.monotonic() - started > READY_SECONDS:
            raise LocalError(f"{program.name} was not ready after {READY_SECONDS} s:\n{tail(log)}")
        time.sleep(POLL_SECONDS)
    say(f"  {program.name:<13} {program.address}")
