"""Every setting of the server, read from the environment (prefix `DESKBELL_`) and from a `.env` file.

`.env.example` documents the same names for operators; a test keeps the two alike.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AliasChoices, Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Address = Annotated[str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")]
"""`host:port`; an IPv6 host stands in brackets."""


class Engine(StrEnum):
    """Who serves a role. `auto` is Groq where a key is set, else local."""

    AUTO = "auto"
    GROQ = "groq"
    LOCAL = "local"


class EmbeddingEngine(StrEnum):
    """Who embeds texts: the bundled ONNX model, or the sentence-transformers library with any model."""

    ONNX = "onnx"
    SENTENCE_TRANSFORMERS = "sentence_transformers"


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class Settings(BaseSettings):
    """The server's configuration. Times are in seconds, sizes in bytes, unless the name says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="DESKBELL_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    # Where things are
    grpc_address: Address = "127.0.0.1:50051"
    dashboard_address: Address = "127.0.0.1:8501"
    metrics_address: Address | None = None
    """Where Prometheus may scrape `/metrics`; unset, nothing listens."""
    data_dir: Path = Path(".deskbell")
    """Embedded Postgres and Redis, generated secrets. Made with mode 0700."""

    # Stores. Unset: an embedded server is started.
    database_url: SecretStr | None = None
    """Owner of the schema: runs migrations and makes the roles that server and dashboard use."""
    redis_url: SecretStr | None = None
    database_pool_size: int = Field(default=10, ge=1, le=200)
    secret_key: SecretStr | None = None
    """Roots what is derived: role passwords, refresh and page tokens, the keys that signing keys and stored answers are
    encrypted with. Unset: generated and kept in the data folder."""

    # Who may call
    admin_key: SecretStr | None = None
    """The bootstrap key of the whole server. Unset: generated and kept in the data folder."""
    open_health: bool = False
    """Let `grpc.health.v1.Health/Check` answer without a key, for probes that cannot send one."""
    allow_remote: bool = False
    """Let gRPC or the dashboard listen on an address other than loopback, without TLS."""

    # Transport. PEM files, read again when they change.
    tls_certificate: Path | None = None
    """The server's certificate and those between it and the root. Set: gRPC speaks TLS and nothing else."""
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    """Set: a client must present a certificate that one of these authorities signed (mutual TLS)."""

    # What a tenant may use that has no quota of its own, over all servers that share a Redis
    quota_requests_per_second: int = Field(default=200, ge=1, le=100_000)
    quota_request_burst: int = Field(default=1000, ge=1, le=100_000)
    quota_model_requests_per_second: int = Field(default=50, ge=1, le=100_000)
    """Requests that make models work: chats, searches, documents, starts of calls."""
    quota_monthly_call_minutes: int = Field(default=100_000, ge=1)
    quota_monthly_tokens: int = Field(default=200_000_000, ge=1)
    quota_knowledge_bytes: int = Field(default=1024**3, ge=1)
    audit_days: int = Field(default=400, ge=31, le=36_500)
    """How long the audit log is kept."""

    # Engines
    speech_to_text: Engine = Engine.AUTO
    chat: Engine = Engine.AUTO
    text_to_speech: Engine = Engine.AUTO
    embeddings: EmbeddingEngine = EmbeddingEngine.ONNX
    groq_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("DESKBELL_GROQ_API_KEY", "GROQ_API_KEY")
    )
    groq_base_url: str | None = Field(
        default=None,
        pattern=r"^(https?://\S+)?$",
        validation_alias=AliasChoices("DESKBELL_GROQ_BASE_URL", "GROQ_BASE_URL"),
    )
    groq_speech_to_text_model: str = "whisper-large-v3-turbo"
    groq_chat_model: str = "openai/gpt-oss-20b"
    groq_chat_smaller_model: str = "llama-3.1-8b-instant"
    """Asked where the usual one is too slow; empty: none is."""
    groq_text_to_speech_model: str = "canopylabs/orpheus-v1-english"
    groq_voice: str = "hannah"
    sentence_transformers_model: str = "sentence-transformers/all-MiniLM-L6-v2"
    """Name at a hub, or a folder. Its embeddings must have 384 dimensions."""
    models_dir: Path | None = None
    """Folder with other weights for the local engines than the bundled ones (see docs/engines.md)."""
    local_threads: int = Field(default=2, ge=1, le=64)
    """Threads for local speech recognition, speech and embeddings together."""

    # Deadlines of the engines' stages
    speech_to_text_timeout: float = Field(default=10.0, gt=0, le=120)
    chat_first_token_timeout: float = Field(default=5.0, gt=0, le=120)
    chat_timeout: float = Field(default=20.0, gt=0, le=300)
    text_to_speech_timeout: float = Field(default=10.0, gt=0, le=120)

    # The turn
    llm_temperature: float = Field(default=0.7, ge=0, le=2)
    llm_max_tokens: int = Field(default=300, ge=1, le=8192)
    retrieval_top_k: int = Field(default=3, ge=1, le=20)
    history_messages: int = Field(default=12, ge=0, le=100)
    """How many of the conversation's last messages the chat model sees."""
    history_tokens: int = Field(default=1500, ge=0, le=100_000)
    """How many tokens of them at most, counted at four characters each."""
    intent_tie_break: bool = False
    """Ask the chat model what the caller wants where the classifier is not sure: up to 250 ms more."""
    cache_ttl: float = Field(default=3600.0, gt=0, le=30 * 86_400)
    """How long an answer may be given again to who asks the same."""
    cache_check_rate: float = Field(default=0.02, ge=0, le=1)
    """The share of answers from the cache that are compared with fresh ones, in the background."""

    # The call
    sample_rate: int = Field(default=16000, ge=8000, le=48000)
    """Rate of input and output that a call gets when its `start` names none."""
    max_calls: int = Field(default=100, ge=1, le=100_000)
    """Calls at once in this process."""
    max_calls_per_tenant: int = Field(default=50, ge=1, le=100_000)
    """Calls at once of one tenant that has no quota of its own, over all servers that share a Redis."""
    max_call_duration: float = Field(default=3600.0, gt=0, le=86_400)
    stream_idle_timeout: float = Field(default=60.0, gt=0, le=3600)
    """How long a call may go without any message of the client."""
    drain_timeout: float = Field(default=10.0, ge=0, le=600)
    """How long calls may go on after the server was told to stop."""

    # After it
    chat_idle_minutes: int = Field(default=30, ge=1, le=10_080)
    """After how many minutes without a message a chat has ended; a message after that opens it again."""

    # Logs
    debug: bool = False
    log_format: LogFormat = LogFormat.CONSOLE

    @field_validator("tls_certificate", "tls_key", "tls_client_ca", mode="before")
    @classmethod
    def _no_file_is_none(cls, value: object) -> object:
        """A name with nothing after its `=`; Path would take it for the current folder."""
        return None if value == "" else value

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError(
                "DESKBELL_TLS_CERTIFICATE and DESKBELL_TLS_KEY need each other: set both or none"
            )
        if self.tls_client_ca is not None and self.tls_certificate is None:
            raise ValueError("DESKBELL_TLS_CLIENT_CA needs DESKBELL_TLS_CERTIFICATE and DESKBELL_TLS_KEY")
        return self

    @model_validator(mode="after")
    def _groq_needs_a_key(self) -> Self:
        if self.groq_api_key is None:
            for role in ("speech_to_text", "chat", "text_to_speech"):
                if getattr(self, role) is Engine.GROQ:
                    raise ValueError(
                        f"DESKBELL_{role.upper()}=groq needs DESKBELL_GROQ_API_KEY (or GROQ_API_KEY)"
                    )
        return self

    def engine(self, role: str) -> Engine:
        """Who serves `speech_to_text`, `chat` or `text_to_speech`, with `auto` decided."""
        chosen: Engine = getattr(self, role)
        if chosen is not Engine.AUTO:
            return chosen
        return Engine.GROQ if self.groq_api_key else Engine.LOCAL
