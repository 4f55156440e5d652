"""Prometheus metrics. Labels are names of ours (methods, codes, stages), never what a client sends."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.8, 1.2, 2, 5, 10, 30)


class ServerMetrics:
    """The metrics of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._rpcs = Counter(
            "deskbell_rpcs_total", "Rpcs that ended", ["method", "code"], registry=self.registry
        )
        self._rpc_seconds = Histogram(
            "deskbell_rpc_seconds", "Duration of rpcs", ["method"], buckets=_SECONDS, registry=self.registry
        )
        self._stages = Histogram(
            "deskbell_turn_stage_seconds",
            "Duration of a turn's stages",
            ["stage"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._voice_to_voice = Histogram(
            "deskbell_voice_to_voice_seconds",
            "From the caller's last voiced sample to the first audio of the answer",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.calls = Gauge("deskbell_calls", "Calls that go on", registry=self.registry)

    def rpc(self, method: str, code: str, seconds: float) -> None:
        """An rpc ended. `method` must be one that the server has: it becomes a label."""
        self._rpcs.labels(method, code).inc()
        self._rpc_seconds.labels(method).observe(seconds)

    def stage(self, stage: str, seconds: float) -> None:
        """A stage of a turn took so long."""
        self._stages.labels(stage).observe(seconds)

    def voice_to_voice(self, seconds: float) -> None:
        """A spoken answer began so long after the question."""
        self._voice_to_voice.observe(seconds)
