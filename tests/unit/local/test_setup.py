"""What pip says when a machine is not ready, and the one sentence that a person reads instead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.setup import PROJECT, explain

# In pip's words, cut to what tells one cause from another; the last line is often the least telling.
NO_MATCH = "ERROR: No matching distribution found for aiohappyeyeballs==2.7.1\n"
PROXY = (
    "WARNING: Retrying after connection broken by 'ProxyError('Cannot connect to proxy.', NewConnectionError('...: "
    "Failed to establish a new connection: [Errno 111] Connection refused'))': /simple/aiohappyeyeballs/\n" + NO_MATCH
)
OFFLINE = (
    "WARNING: Retrying after connection broken by 'NewConnectionError('...: Failed to establish a new connection: "
    "[Errno -3] Temporary failure in name resolution')': /simple/aiohappyeyeballs/\n" + NO_MATCH
)
TLS = (
    "WARNING: Retrying after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: "
    "CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain'))'\n"
    + NO_MATCH
)
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
NO_COMPILER = (
    "      error: [Errno 2] No such file or directory: 'gcc'\n      [end of output]\n"
    "  ERROR: Failed building wheel for some-parser\nFailed to build some-parser\n"
    "ERROR: Failed to build installable wheels for some pyproject.toml based projects (some-parser)\n"
)
REPLACED = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated ...\n"


@pytest.mark.parametrize(
    ("said", "cause", "remedy"),
    [
        (PROXY, "proxy", "HTTPS_PROXY"),
        (OFFLINE, "cannot be reached", "connect to the network"),
        (TLS, "certificate", "PIP_CERT"),
        (FULL, "disk is full", "make room"),
        (NO_COMPILER, "some-parser has no ready-made build", "build-essential"),
        (REPLACED, "not the file that the lock names", "cache purge"),
        (NO_MATCH, "has no aiohappyeyeballs==2.7.1", "PYTHON="),
    ],
)
def test_each_obstacle_gives_one_sentence_with_its_cause_and_what_to_do(said: str, cause: str, remedy: str) -> None:
    sentence = explain("Collecting aiohappyeyeballs==2.7.1\n" + said)
    assert cause in sentence
    assert remedy in sentence
    assert "\n" not in sentence


def test_words_it_does_not_know_are_passed_on() -> None:
    assert explain("Collecting x\nERROR: the moon is in the way\n\n") == "pip failed: ERROR: the moon is in the way"


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    """Debian's python3 without python3-venv: `-m venv` fails for want of ensurepip."""
    (tmp_path / "deploy" / "local").mkdir(parents=True)
    script = tmp_path / "deploy" / "local" / "setup.py"
    script.write_text((PROJECT / "deploy/local/setup.py").read_text("utf-8"), "utf-8")
    bare = tmp_path / "python3"
    bare.write_text('#!/bin/sh\necho "The virtual environment was not created: ensurepip is not available."\nexit 1\n')
    bare.chmod(0o755)
    code = f"import runpy, sys; sys.executable = {str(bare)!r}; sys.argv = ['setup', 'runtime']; "
    code += f"runpy.run_path({str(script)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert f"python{sys.version_info.major}.{sys.version_info.minor}-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_setup_needs_only_the_standard_library() -> None:
    """It runs before anything is installed: no site-packages, no project on the path."""
    code = f"import runpy; runpy.run_path({str(PROJECT / 'deploy/local/setup.py')!r})"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
