"""Makes .venv from a lock file, and turns what can go wrong on a stranger's machine into one sentence.

Runs before the environment exists: the standard library only. Called as `python3 -I deploy/local/setup.py runtime|dev`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}
LEAST_VERSION = (3, 11)
DISK_MIB = 1500  # of the dev environment, with pip's cache beside it


class SetupError(Exception):
    """One sentence for a person: what is wrong and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Brings .venv up to the named lock; does nothing, and needs no network, where it is already."""
    kind = arguments[0] if arguments else "runtime"
    try:
        if not _is_current(kind):
            _build(kind)
    except SetupError as exc:
        print(f"\nmake: {exc}", file=sys.stderr)
        return 1
    except OSError as exc:
        print(f"\nmake: {_os_sentence(exc)}", file=sys.stderr)
        return 1
    return 0


def _build(kind: str) -> None:
    log = VENV / "setup.log"
    print(f"Making the Python environment in {VENV} from {LOCKS[kind]} (only when that file changes)", flush=True)
    started = time.monotonic()
    if not _venv_works():
        _make_venv()
    log.unlink(missing_ok=True)
    _pip(log, "install", "--require-hashes", "--requirement", str(PROJECT / LOCKS[kind]))
    _pip(log, "install", "--no-deps", "--no-build-isolation", "--editable", str(PROJECT))
    _stamp(kind).write_text(_wanted(kind), "utf-8")
    print(f"The environment is ready ({time.monotonic() - started:.0f} s): .venv/bin/khabar", flush=True)


def _stamp(kind: str) -> Path:
    return VENV / f".khabar-{kind}"


def _wanted(kind: str) -> str:
    """What the environment was made from: the lock, the project's metadata, and where it stands (scripts hold it)."""
    files = [PROJECT / LOCKS[kind], PROJECT / "pyproject.toml"]
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return "\n".join([*digests, str(VENV)])


def _is_current(kind: str) -> bool:
    stamps = [_stamp(kind)] if kind == "dev" else [_stamp(kind), _stamp("dev")]  # dev holds all of runtime
    return PYTHON.exists() and any(
        stamp.exists() and stamp.read_text("utf-8") == _wanted(name)
        for stamp, name in ((stamp, stamp.name.removeprefix(".khabar-")) for stamp in stamps)
    )


def _venv_works() -> bool:
    if not PYTHON.exists():
        return False
    moved = any(
        stamp.exists() and stamp.read_text("utf-8").splitlines()[-1] != str(VENV) for stamp in map(_stamp, LOCKS)
    )
    check = f"import sys, pip; sys.exit(sys.version_info < {LEAST_VERSION})"
    return not moved and subprocess.run([PYTHON, "-c", check], capture_output=True).returncode == 0


def _make_venv() -> None:
    free = shutil.disk_usage(PROJECT).free >> 20
    if free < DISK_MIB:
        raise SetupError(
            f"The disk that holds {PROJECT} has {free} MiB left, and {DISK_MIB} MiB are needed: make room, then try "
            "again."
        )
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        raise SetupError(_venv_sentence(made.stdout + made.stderr))


def _venv_sentence(said: str) -> str:
    if "ensurepip" in said or "No module named venv" in said:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"{sys.executable} lacks the module venv, which Debian and Ubuntu package apart: run "
            f"`sudo apt-get install python{version}-venv`, then try again."
        )
    if "No space left" in said:
        return _os_sentence(OSError(errno.ENOSPC, "No space left on device"))
    return f"The environment {VENV} could not be made: {_last_line(said)}"


def _pip(log: Path, *arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments, "--progress-bar", "off"]
    said: list[str] = []
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    ) as pip, log.open("a", encoding="utf-8") as out:  # fmt: skip
        assert pip.stdout is not None
        progress = _Progress()
        for line in pip.stdout:
            said.append(line)
            out.write(line)
            progress.show(line)
        progress.end()
    if pip.returncode:
        raise SetupError(f"{explain(''.join(said))} (pip's own words: {log})")


class _Progress:
    """What pip is at, on one line of a terminal; nothing where standard output is a file."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._seen = 0

    def show(self, line: str) -> None:
        what = re.match(r"(Collecting|Building wheel for|Installing collected packages)\s*(\S*)", line.strip())
        if not what or not self._terminal:
            return
        self._seen += what[1] == "Collecting"
        name = what[2].split("==")[0]
        step = "installing all of them" if what[1].startswith("Installing") else f"{what[1].lower()} {name}"
        print(f"\r\033[K  package {self._seen}: {step}", end="", flush=True)

    def end(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", flush=True)


# In this order: a proxy's refusal also ends in "no matching distribution", and so does a missing network.
_CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"No space left on device",
        "The disk is full: make room (about 1.5 GB in the project's folder, pip's cache and the temporary folder, "
        "which TMPDIR moves elsewhere), then try again.",
    ),
    (
        r"ProxyError|Cannot connect to proxy|Tunnel connection failed|407 Proxy",
        "The proxy in HTTPS_PROXY (or HTTP_PROXY, or pip's configuration) did not let pip through: correct or unset "
        "it, then try again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "The package index's certificate was not accepted, most often because a proxy opens TLS: set PIP_CERT to the "
        "file with your proxy's authority, then try again.",
    ),
    (
        r"NewConnectionError|Name or service not known|name resolution|nodename nor servname|NameResolutionError"
        r"|Network is unreachable|Connection refused|ConnectTimeout|Read timed out|ReadTimeout|Connection aborted"
        r"|Connection reset|RemoteDisconnected",
        "The package index cannot be reached, and packages are needed the first time: connect to the network, or set "
        "HTTPS_PROXY (or PIP_INDEX_URL) where one is needed, then try again.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "A package is not the file that the lock names: a proxy may have replaced it, or a download broke off; run "
        "`.venv/bin/pip cache purge` and try again.",
    ),
    (r"Permission denied", "A folder is not yours to write: look at its owner, and do not mix sudo make with make."),
)


def explain(said: str) -> str:
    """One sentence for what pip said: the cause and what to do."""
    for pattern, sentence in _CAUSES:
        if re.search(pattern, said):
            return sentence
    failed = re.search(
        r"(?:Failed building wheel for|Failed to build) [`'\"]?([\w.\-]+)|error: command '[^']+' failed"
        r"|Getting requirements to build wheel did not run|metadata-generation-failed",
        said,
    )
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = f"Python {version} on {platform.system()} {platform.machine()}"
    if failed:
        package = failed[1] or "A package"
        return (
            f"{package} has no ready-made build for {machine}, and building it failed, most often for want of a "
            f"compiler: run `sudo apt-get install build-essential python{version}-dev` (macOS: `xcode-select "
            "--install`), or choose a Python that has one with `make PYTHON=python3.12 …`, then try again."
        )
    missing = re.search(r"No matching distribution found for (\S+)", said)
    if missing:
        return (
            f"The package index that pip is set to has no {missing[1]} for {machine}: choose a Python that it has one "
            "for with `make PYTHON=python3.12 …`, or a complete index."
        )
    return f"pip failed: {_last_line(said)}"


def _last_line(said: str) -> str:
    lines = [line for line in said.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it gave no reason"


def _os_sentence(exc: OSError) -> str:
    if exc.errno == errno.ENOSPC:
        return _CAUSES[0][1]
    return f"{exc.filename or VENV}: {exc.strerror or exc}; correct that, then try again."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
