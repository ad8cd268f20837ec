"""What stops `make run` before anything starts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deploy.local.__main__ import main
from deploy.local.failure import LocalError
from deploy.local.start import require_space


def test_a_full_disk_is_told_with_its_folder_and_what_is_needed(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free >> 20
    with pytest.raises(LocalError, match=f"{tmp_path} has [0-9]+ MiB left, and {free * 2} MiB are needed"):
        require_space(tmp_path, least_mib=free * 2)
    require_space(tmp_path, least_mib=0)


def test_a_folder_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("KHABAR_LOCAL", str(tmp_path / "file" / "below"))
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    assert f"make status: {tmp_path / 'file' / 'below'}: Not a directory" in said


def test_an_unknown_command_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restart"]) == 2
    assert "run, stop, status, clean" in capsys.readouterr().err
