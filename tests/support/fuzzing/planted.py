"""What is planted in requests, and the names in them."""

from __future__ import annotations

import re

from tests.support.live_server import KEY

PHONES = ("+1 415 555 2671", "415-555-2671", "+14155552671", "(415) 555-2671")
SECRETS = (
    "dbk_canary_0123456789abcdef_Cn4rySecretCn4rySecretCn4rySecretCn4rySecre",
    "dbk_clinic_00000000000000aa_Cn4rySecretCn4rySecretCn4rySecretCn4rySecre",  # of an API key that there is
    "canary-Passw0rd-Xyzzy",
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImNhbmFyeSJ9.eyJqdGkiOiJjYW5hcnkifQ.canarysignaturecanarysignature",
    "dbr_canary_0123456789abcdef0123456789abcdef_7_R3freshCanaryR3freshCanaryR3freshCanaryR3fr",
)
WORDS = "the zanzibar canary sings at midnight"
"""A caller's words, which no log line may hold."""
CANARIES = (*SECRETS, *PHONES, WORDS, f"{WORDS}: call {PHONES[0]}, password {SECRETS[2]}")
_PLANTED = re.compile(
    r"cn4rysecret|passw0rd-xyzzy|canarysignature|imnhbmfyesj9|r3freshcanary|zanzibar"
    r"|415\W{0,3}555\W{0,3}2671",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"Traceback|internal_error|never retrieved|never awaited|Unclosed|was destroyed but|Exception ignored"
)

GRPC_TOLD = "Unexpected <class 'google.protobuf.message.DecodeError'>: Error parsing message with type "
_GRPC_WROTE = re.compile(
    r"ERROR grpc\._cython\.cygrpc: Unexpected \[DecodeError\] raised by servicer method \[[^\]]+\]\n"
    r"Traceback \(most recent call last\):\n(?: +File \"src/python/grpcio/[^\n]+\n)+"
    r"google\.protobuf\.message\.DecodeError: Error parsing message with type [^\n]+\n"
)
"""What grpc.aio itself does with the bytes of a unary request that are no message, before any interceptor: status
UNKNOWN with this text, and a traceback in the log that holds none of the bytes."""

# ---- names; the ids that the server makes up stand in for the real ones, which are just as long

TENANT, OTHER, MISSING = "clinic", "bakery", "nobody"
PARENT = f"tenants/{TENANT}"
USER_ID, KEY_ID = "u-000000000000", "00000000000000aa"
TOKEN_ID, CONVERSATION_ID = "00000000-0000-7000-8000-0000000000aa", "00000000-0000-7000-8000-0000000000bb"
RESERVATION_ID = "00000000-0000-7000-8000-0000000000cc"
API_KEY = f"dbk_{TENANT}_{KEY_ID}_{'S' * 43}"
REFRESH = f"dbr_{TENANT}_{'e' * 32}_1_{'S' * 43}"
OWNER_EMAIL, OWNER_PASSWORD = "owner@clinic.example", "right-Passw0rd-of-the-owner"
NAMES = (
    f"tenants/{TENANT}",
    f"tenants/{TENANT}/agents/desk",
    f"tenants/{TENANT}/documents/hours",
    f"tenants/{TENANT}/users/{USER_ID}",
    f"tenants/{TENANT}/apiKeys/{KEY_ID}",
    f"tenants/{TENANT}/clientTokens/{TOKEN_ID}",
    f"tenants/{TENANT}/conversations/{CONVERSATION_ID}",
    f"tenants/{TENANT}/quota",
    f"tenants/{TENANT}/services/check-up",
    f"tenants/{TENANT}/resources/adams",
    f"tenants/{TENANT}/openingHours",
    f"tenants/{TENANT}/reservations/{RESERVATION_ID}",
)
STRANGE_NAMES = (
    f"tenants/{OTHER}",
    f"tenants/{MISSING}",
    f"tenants/{OTHER}/agents/desk",
    f"tenants/{MISSING}/agents/desk",
    f"tenants/{TENANT}/agents/{MISSING}",
    f"tenants/{OTHER}/conversations/{CONVERSATION_ID}",
    f"tenants/{TENANT}/conversations/00000000-0000-0000-0000-000000000000",
    f"tenants/{OTHER}/quota",
    f"tenants/{MISSING}/quota",
    f"tenants/{MISSING}/users/nobody",
    f"tenants/{OTHER}/apiKeys/{KEY_ID}",
    f"tenants/{OTHER}/clientTokens/{TOKEN_ID}",
    f"tenants/{OTHER}/services/check-up",
    f"tenants/{TENANT}/resources/{MISSING}",
    f"tenants/{MISSING}/openingHours",
    f"tenants/{OTHER}/reservations/{RESERVATION_ID}",
)
ALMOST_NAMES = (
    "tenants/",
    f"tenants/{TENANT}/",
    f"tenants/{TENANT}\n",
    f"tenants/{TENANT}\0",
    f"/tenants/{TENANT}",
    f"tenants/{TENANT.title()}",
    f"tenants/{TENANT}/agents/",
    "tenants//agents/desk",
    f"tenants/{TENANT}/agents/desk/extra",
    f"tenants/{TENANT}/agents/desk\n",
    f"tenants/{TENANT}/quota/",
    f"tenants/{TENANT}/../{OTHER}",
    f"tenants/{TENANT}/users/../../{OTHER}/users/x",
    f"tenants/{TENANT}/agents/{PHONES[0]}",
    f"tenants/{TENANT}/users/{SECRETS[0]}",
    f"tenants/{PHONES[1]}",
    f"tenants/{'a' * 64}",
    f"tenants/{TENANT}/conversations/not-a-uuid",
    "tenants/clinič",
)
PLAIN = (
    "",
    TENANT,
    "desk",
    "fuzzed-one",
    "hours",
    "en",
    "pt-BR",
    "Europe/London",
    "Mars/Olympus",
    "text/plain",
    "text/markdown",
    "notes.md",
    "notes.exe",
    OWNER_EMAIL,
    "a@b",
    OWNER_PASSWORD,
    API_KEY,
    REFRESH,
    KEY,
    "v1",
    "*",
    "r1",
    "1234#",
    "2026-03-10",
    "09:00",
    "24:00",
    "11111111-1111-1111-1111-111111111111",
    "ABCDEFAB-2222-4222-8222-ABCDEFABCDEF",
    "What are your opening hours?",
)
ODD = (
    "\0",
    "a\0b",
    "\n",
    " ",
    "\u00a0",
    "\u202e\u2066evil\u2069",
    "مرحبا بالعالم",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "\U0010ffff",
    "\ufffe\uffff",
    "e\u0301" * 50,
    "ß" * 300,
    "' or 1=1; --",
    "%s%n{0}{__class__}",
    "$(reboot)`id`",
    "\x1b[31mred\x1b[0m",
    "\r\nlevel=error forged",
    "x" * 256,
    "x" * 257,
    "x" * 4001,
    "y" * 100_000,
    "𝕏" * 20_000,
    f"{CANARIES[-1]} " * 200,
)
_NICE = (*NAMES * 9, *STRANGE_NAMES, *[""] * 6, *PLAIN, *CANARIES)
_FITTING = (*NAMES * 3, *STRANGE_NAMES, *PLAIN, *CANARIES, *ODD)
_EVERYTHING = (*NAMES, *STRANGE_NAMES, *ALMOST_NAMES, *PLAIN, *CANARIES * 2, *ODD)


def planted(text: str | bytes) -> list[str]:
    """Where something planted stands in a text, each with what is around it."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return [text[max(0, found.start() - 120) : found.end() + 40] for found in _PLANTED.finditer(text)]
