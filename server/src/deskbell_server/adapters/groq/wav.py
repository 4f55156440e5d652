"""Reads a WAV file while it is still coming."""

from __future__ import annotations

import struct

from deskbell_server.domain.audio import MAX_RATE, MIN_RATE

_FORMS = {0x0001, 0xFFFE}
"""PCM, and the extensible form, which for 16 bits of one channel is PCM too."""
_UNKNOWN = 0xFFFFFFFF
_MAX_HEADER = 64 * 1024


class WavReader:
    """Takes the bytes of a WAV of 16-bit mono PCM as they come, gives whole samples.

    Sizes in a streamed WAV may be unknown (0 or 0xFFFFFFFF): the samples then go on to the end. Chunks before
    the samples are skipped. `push` raises ValueError for anything else than such a file.
    """

    def __init__(self) -> None:
        self.sample_rate = 0
        self._buffer = bytearray()
        self._in_data = False
        self._left: int | None = None
        """Bytes of samples still to come; None if their number is unknown."""

    @property
    def complete(self) -> bool:
        """Whether everything came that the header announced."""
        return self._in_data and not self._left

    def push(self, data: bytes) -> bytes:
        """Takes some bytes; returns the PCM16 that they complete."""
        self._buffer += data
        if not self._in_data and not self._read_header():
            return b""
        count = len(self._buffer) & ~1
        if self._left is not None:
            count = min(count, self._left)
            self._left -= count
        pcm = bytes(self._buffer[:count])
        del self._buffer[:count]
        return pcm

    def _read_header(self) -> bool:
        """Reads chunk by chunk up to the samples; False while bytes are missing."""
        buffer = self._buffer
        if not (b"RIFF".startswith(buffer[:4]) and b"WAVE".startswith(buffer[8:12])):
            raise ValueError("not a WAV file")
        if len(buffer) < 12:
            return False
        position = 12
        while len(buffer) >= position + 8:
            name, size = struct.unpack_from("<4sI", buffer, position)
            if name == b"data":
                if not self.sample_rate:
                    raise ValueError("no format before the samples")
                self._left = None if size in {0, _UNKNOWN} else size & ~1
                self._in_data = True
                del buffer[: position + 8]
                return True
            end = position + 8 + size + size % 2
            if end > _MAX_HEADER:
                raise ValueError("too much before the samples")
            if len(buffer) < end:
                return False
            if name == b"fmt ":
                self._read_format(bytes(buffer[position + 8 : end]))
            position = end
        return False

    def _read_format(self, chunk: bytes) -> None:
        if len(chunk) < 16:
            raise ValueError("the format is too short")
        form, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
        if form not in _FORMS or channels != 1 or bits != 16 or not MIN_RATE <= rate <= MAX_RATE:
            raise ValueError(f"form {form}, {channels} channels of {bits} bits at {rate} Hz")
        self.sample_rate = rate
