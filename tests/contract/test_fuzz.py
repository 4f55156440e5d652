"""Whatever is sent, by whomever: a refusal that says why, never a defect, and no secret anywhere it should not be.

Hypothesis makes up metadata, credentials and the messages of every rpc; `derandomize` makes each run the same. What
is planted in them (secrets, a phone number, a caller's words: tests/support/fuzzing) is then looked for in all
that the server's process wrote, in statuses, in metrics and in the audit log.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from redis import Redis

from deskbell.v1 import access_pb2, auth_service_pb2, tenant_service_pb2
from deskbell_server.access.sealing import Sealer
from tests.conftest import SECRET_KEY, TEMPLATE, Servers
from tests.support.fuzzing.messages import broken_bytes, edge_requests, messages, parses, planted_requests
from tests.support.fuzzing.planted import CANARIES, OTHER, PHONES, SECRETS, TENANT
from tests.support.fuzzing.rpcs import ACTORS, Rpc, every_rpc
from tests.support.fuzzing.world import Outcome, World, open_world
from tests.support.live_server import refusal

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of an example that fails
RPCS = {rpc.path: rpc for rpc in every_rpc()}
GET_TENANT = RPCS["/deskbell.v1.TenantService/GetTenant"]
REFRESH_SESSION = RPCS["/deskbell.v1.AuthService/RefreshSession"]
GOOD = tenant_service_pb2.GetTenantRequest(name=f"tenants/{TENANT}").SerializeToString()
CALL_SECONDS = 0.7
"""After which a call that goes on well is given up."""
LARGEST_MESSAGE = 2**22
"""In bytes. Far larger ones gRPC itself refuses, without a word of ours."""


some_actor = st.sampled_from(ACTORS)


def fuzzed(examples: int) -> settings:
    """How every test here runs."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.large_base_example,
        ],
    )


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all the tests."""
    name = f"test_{secrets.token_hex(6)}"

    def command(sql: str) -> None:
        async def execute() -> None:
            connection = await asyncpg.connect(servers.database_url, timeout=10)
            try:
                await connection.execute(sql)
            finally:
                await connection.close(timeout=10)

        asyncio.run(execute())

    with Redis.from_url(servers.redis_url) as redis:
        redis.flushdb()
    command(f"create database {name} template {TEMPLATE}")
    url = urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
    try:
        with open_world(url, servers.redis_url, SECRET_KEY, tmp_path_factory.mktemp("fuzz")) as opened:
            yield opened
    finally:
        command(f"drop database {name} with (force)")


@pytest.fixture(autouse=True)
def still_right(world: World) -> Iterator[None]:
    """After each test the server answers as it should, and has written nothing of what was planted."""
    world.restore()
    world.skip_output()
    yield
    world.restore()
    answer = world.send(GET_TENANT, [GOOD], world.metadata("bootstrap"))
    assert answer.ok, answer.details
    world.check_output()


def given_up(outcome: Outcome, rpc: Rpc) -> bool:
    """Whether it was this client that ended a stream which went on well."""
    return rpc.server_streaming and outcome.code is grpc.StatusCode.DEADLINE_EXCEEDED


def run(world: World, rpc: Rpc, actor: str, contents: list[bytes], *, grpc_may: bool = False) -> Outcome:
    """Sends, and looks at what came of it."""
    world.forget_limits()
    goes_on = rpc.client_streaming or rpc.path.endswith("/WatchConversation")
    timeout = CALL_SECONDS if goes_on and rpc.server_streaming else 20.0
    outcome = world.send(rpc, contents, world.metadata(actor), timeout)
    try:
        if not given_up(outcome, rpc):
            world.examine(outcome, rpc, grpc_may=grpc_may)
    except AssertionError:
        world.skip_output()  # the next example is not to be blamed for it
        raise
    finally:
        if rpc.changes and (outcome.ok or outcome.responses):
            world.restore()
            lift_quota(world, rpc)
    return outcome


def lift_quota(world: World, rpc: Rpc) -> None:
    """A tenant whose quota was made small would refuse everything else."""
    if rpc.path.endswith("UpdateQuota"):
        request = tenant_service_pb2.UpdateQuotaRequest()
        request.quota.name = f"tenants/{TENANT}/quota"
        world.call("UpdateQuota", request)


# ---- messages


@pytest.mark.parametrize("path", RPCS)
def test_any_message(world: World, path: str) -> None:
    rpc = RPCS[path]

    # Mostly those who may: nothing looks at the message of somebody else.
    actors = st.sampled_from((*rpc.admitted * 3, *ACTORS))
    count = st.integers(0, 4) if rpc.client_streaming else st.just(1)

    @fuzzed(24)
    @given(st.data(), actors)
    def fuzz(data: st.DataObject, actor: str) -> None:
        drawn = [data.draw(messages(rpc.request)) for _ in range(data.draw(count))]
        sent = [message.SerializeToString() for message in drawn]
        assume(all(len(each) < LARGEST_MESSAGE for each in sent))
        run(world, rpc, actor, sent)

    fuzz()


@pytest.mark.parametrize("path", [path for path, rpc in RPCS.items() if any(edge_requests(rpc))])
def test_any_number(world: World, path: str) -> None:
    """Each number, enum and time at and over its edges, which Hypothesis may leave out."""
    rpc = RPCS[path]
    failed = []
    for told, request in edge_requests(rpc):
        world.forget_limits()
        outcome = world.send(rpc, request, world.metadata("bootstrap"), CALL_SECONDS)
        try:
            if not given_up(outcome, rpc):
                world.examine(outcome, rpc)
        except AssertionError as error:
            world.skip_output()
            failed.append(f"{told}: {str(error).splitlines()[0]}")
    lift_quota(world, rpc)
    assert not failed, "\n".join(failed)


def test_a_key_may_expire_at_the_end_of_time(world: World) -> None:
    """Postgres has an infinity that its driver writes and reads for the last moment of the year 9999."""
    request = auth_service_pb2.CreateApiKeyRequest(parent=f"tenants/{TENANT}")
    request.api_key.display_name = "Long"
    request.api_key.scopes.append(access_pb2.SCOPE_TENANT_READ)
    request.api_key.expire_time.seconds, request.api_key.expire_time.nanos = 253_402_300_799, 999_999_999
    create = RPCS["/deskbell.v1.AuthService/CreateApiKey"]
    made = world.send(create, [request.SerializeToString()], world.metadata("bootstrap"))
    world.examine(made, create)
    if made.ok:
        secret = auth_service_pb2.CreateApiKeyResponse.FromString(made.responses[0]).secret
        world.examine(world.send(GET_TENANT, [GOOD], (("authorization", f"Bearer {secret}"),)), GET_TENANT)


@fuzzed(120)
@given(
    st.data(), st.sampled_from([path for path, rpc in RPCS.items() if not rpc.client_streaming]), some_actor
)
def test_any_bytes(world: World, data: st.DataObject, path: str, actor: str) -> None:
    rpc = RPCS[path]
    content = data.draw(broken_bytes(rpc.request))
    run(world, rpc, actor, [content], grpc_may=not parses(rpc, content))


@fuzzed(60)
@given(st.data(), st.sampled_from([path for path, rpc in RPCS.items() if rpc.client_streaming]), some_actor)
def test_any_bytes_in_a_stream(world: World, data: st.DataObject, path: str, actor: str) -> None:
    rpc = RPCS[path]
    run(world, rpc, actor, data.draw(st.lists(broken_bytes(rpc.request), min_size=1, max_size=3)))


# ---- credentials

PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


def refused(world: World, credential: str) -> None:
    """A credential that is not one, though it resembles one."""
    outcome = world.send(GET_TENANT, [GOOD], (("authorization", f"Bearer {credential}"),))
    assert outcome.code is grpc.StatusCode.UNAUTHENTICATED, f"{outcome.code} {outcome.details} {credential}"
    assert refusal(outcome.error).reason in {"CREDENTIAL_INVALID", "CREDENTIAL_EXPIRED"}
    world.examine(outcome, GET_TENANT)


@st.composite
def damage(draw: st.DrawFn) -> Any:
    """A function that changes a text, drawn without knowing the text."""
    at = draw(st.floats(0, 1, exclude_max=True))
    letter = draw(PRINTABLE)
    kind = draw(
        st.sampled_from(("flip", "cut", "head", "tail", "double", "insert", "swap case", "turn", "last"))
    )

    def change(text: str) -> str:
        index = int(at * len(text))
        return {
            "flip": text[:index] + letter + text[index + 1 :],
            "cut": text[:index] + text[index + 1 :],
            "head": text[:index],
            "tail": text[index + 1 :],
            "double": text + text,
            "insert": text[:index] + letter + text[index:],
            "swap case": text[:index] + text[index:].swapcase(),
            "turn": text[::-1],
            "last": text[:-1] + letter,
        }[kind]

    return change


@fuzzed(200)
@given(st.sampled_from(("owner", "api_key", "client_token", "bootstrap")), damage())
def test_no_damaged_credential_works(world: World, kind: str, change: Any) -> None:
    whole = world.credentials[kind]
    damaged = change(whole)
    assume(damaged != whole)
    refused(world, damaged)


@pytest.mark.parametrize("kind", ["owner", "client_token"])
def test_a_token_is_signed_in_one_way_only(world: World, kind: str) -> None:
    """The last letter of a signature holds four bits that mean nothing; so do letters that are not base64's."""
    whole = world.credentials[kind]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = [whole[:-1] + letter for letter in letters if letter != whole[-1]]
    changed += [f"{whole}{tail}" for tail in ("=", "==", "!", "A", "+/", "%")]
    changed += [f"{whole[:-5]}{letter}{whole[-5:]}" for letter in "!=+/ %*"]
    accepted = []
    for token in changed:
        outcome = world.send(GET_TENANT, [GOOD], (("authorization", f"Bearer {token}"),))
        if outcome.code is not grpc.StatusCode.UNAUTHENTICATED:
            accepted.append(f"...{token[-8:]}: {outcome.code}")
    assert not accepted, "\n".join(accepted)


@fuzzed(80)
@given(damage())
def test_no_damaged_refresh_token_works(world: World, change: Any) -> None:
    damaged = change(world.refresh_token)
    assume(damaged not in {world.refresh_token, ""})
    request = auth_service_pb2.RefreshSessionRequest(refresh_token=damaged)
    outcome = world.send(REFRESH_SESSION, [request.SerializeToString()], ())
    assert outcome.code is grpc.StatusCode.UNAUTHENTICATED, outcome.details
    world.examine(outcome, REFRESH_SESSION)


def encoded(part: Any) -> str:
    """A part of a JWT."""
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    return [] if depth == 0 else [nested(depth - 1)]


class Signer:
    """Signs tokens: with the server's own key, to get past the signature to what stands behind it, and with others."""

    def __init__(self, world: World) -> None:
        newest = world.rows("select key_id, sealed_private_key from signing_keys order by created_at")[-1]
        self.kid = newest["key_id"]
        raw = Sealer(SECRET_KEY, "signing keys").open(newest["sealed_private_key"])
        assert raw is not None
        self.own = Ed25519PrivateKey.from_private_bytes(raw)
        self.other = Ed25519PrivateKey.generate()
        self.rsa = rsa.generate_private_key(65537, 2048)

    def sign(self, header: Any, claims: Any, how: str) -> str:
        """A token. `how`: own, other, none, hmac with the public key, rsa."""
        signed = f"{encoded(header)}.{encoded(claims)}"
        public = self.own.public_key().public_bytes_raw()
        signature = {
            "own": lambda: self.own.sign(signed.encode()),
            "other": lambda: self.other.sign(signed.encode()),
            "none": lambda: b"",
            "hmac": lambda: hmac.digest(public, signed.encode(), "sha256"),
            "rsa": lambda: jwt.get_algorithm_by_name("RS256").sign(signed.encode(), self.rsa),
        }[how]()
        return f"{signed}.{encoded(signature)}"


@pytest.fixture(scope="module")
def signer(world: World) -> Signer:
    """For the key that signs now; the tests that replace it came before."""
    return Signer(world)


def claims_of(token: str) -> dict[str, Any]:
    """What a token says."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


ABSENT = object()
FAR = 4_000_000_000
BAD_CLAIMS: dict[str, tuple[Any, ...]] = {
    "iss": (ABSENT, None, 1, "", "other", ["deskbell"], {"deskbell": 1}, *CANARIES[:2]),
    "aud": (ABSENT, None, 1, "", "other", ["deskbell.v1"], {}, *CANARIES[:2]),
    "iat": (ABSENT, None, "x", [], {}, FAR, 10**400, float("nan"), float("inf"), nested(300)),
    "nbf": (ABSENT, None, "x", [], {}, FAR, 10**400, float("nan"), float("inf"), nested(300)),
    "exp": (
        ABSENT,
        None,
        "x",
        [],
        {},
        0,
        1,
        True,
        -1,
        -(10**30),
        -(2**62),
        float("nan"),
        float("-inf"),
        "9" * 5000,
        float("inf"),
        10**30,
        10**400,
        1e300,
        2**62,
        2**63,
        67_768_036_191_676_800,
        253_402_300_799,
        nested(300),
    ),
    "jti": (ABSENT, None, 1, "", "x", [], {}, "0" * 32, "9" * 1000, *CANARIES[:2], nested(300)),
    "typ": (ABSENT, None, 1, "", "Access", "refresh", [], {}, *CANARIES[:2]),
    "ten": (ABSENT, None, 1, "", OTHER, f"{TENANT}\n", TENANT.upper(), "../" + TENANT, [], {}, PHONES[0]),
}
KIDS = (
    None,
    5,
    True,
    [],
    {},
    "",
    "x" * 1000,
    "../../../etc/passwd",
    "' or 1=1",
    "\0",
    SECRETS[0],
    PHONES[0],
    1e400,
)


@pytest.mark.parametrize("claim", BAD_CLAIMS)
@pytest.mark.parametrize("kind", ["owner", "client_token"])
def test_no_token_with_a_bad_claim_works(world: World, signer: Signer, kind: str, claim: str) -> None:
    # Nobody can sign such a token but who has the server's key: that it is refused is the second line of defence.
    header = {"typ": "JWT", "alg": "EdDSA", "kid": signer.kid}
    right = claims_of(world.credentials[kind])
    told = world.send(GET_TENANT, [GOOD], (("authorization", f"Bearer {signer.sign(header, right, 'own')}"),))
    assert told.code in {grpc.StatusCode.OK, grpc.StatusCode.PERMISSION_DENIED}, "the test signs wrongly"
    failed = []
    for value in BAD_CLAIMS[claim]:
        claims = {name: each for name, each in right.items() if name != claim or value is not ABSENT}
        if value is not ABSENT:
            claims[claim] = value
        try:
            refused(world, signer.sign(header, claims, "own"))
        except AssertionError as error:
            world.skip_output()
            failed.append(f"{claim}={str(value)[:40]}: {str(error).splitlines()[0][:90]}")
    assert not failed, "\n".join(failed)


@fuzzed(200)
@given(
    st.sampled_from(("owner", "client_token")),
    st.sampled_from(
        ("none", "None", "HS256", "HS512", "RS256", "ES256", "EdDSA", "eddsa", "", None, 1, [], {})
    ),
    st.one_of(st.just("right"), st.sampled_from(KIDS), st.text(max_size=20)),
    st.sampled_from(("own", "other", "none", "hmac", "rsa")),
    st.sampled_from(("right", [], {}, None, 1, "x", b"\xff", b"{", b"", b"[" * 3000)),
)
def test_no_forged_token_works(
    world: World, signer: Signer, kind: str, algorithm: Any, kid: Any, how: str, claims: Any
) -> None:
    assume(not (algorithm == "EdDSA" and kid == "right" and how == "own" and claims == "right"))
    header = {"typ": "JWT", "alg": algorithm, "kid": signer.kid if kid == "right" else kid}
    content = claims_of(world.credentials[kind]) if claims == "right" else claims
    refused(world, signer.sign(header, content, how))


@fuzzed(60)
@given(
    st.sampled_from((b"{}", b"[]", b"null", b"1", b'"x"', b"", b"\xff", b"[" * 3000, b"{" * 3000)),
    st.binary(max_size=80),
)
def test_no_odd_header_of_a_token_works(world: World, header: bytes, signature: bytes) -> None:
    refused(world, f"{encoded(header)}.{encoded(claims_of(world.credentials['owner']))}.{encoded(signature)}")


# ---- metadata

GRPC_REFUSES_METADATA = "received metadata size exceeds"
"""grpc's own refusal of more than 16 KiB, before anything of ours; it names sizes and holds no value."""
KEYS = st.one_of(
    st.from_regex(r"[a-z0-9_.-]{1,30}", fullmatch=True),
    st.sampled_from(
        ("authorization", "x-forwarded-for", "user-agent", "x-request-id", "cookie", "x-bin", "te", "host")
    ),
    st.sampled_from(
        ("proxy-authorization", "authorization-bin", "grpc-timeout", "grpc-tags-bin", "grpc-trace-bin")
    ),
)
VALUES = st.one_of(
    st.sampled_from(
        [*CANARIES, "", " ", "%F0%9F%98%80", "%00%0a%0d", "%", "1S", "x" * 4000, "x" * 9000, "x" * 20_000]
    ),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60),
    st.text(max_size=20),
)
PAIRS = st.tuples(KEYS, st.one_of(VALUES, st.binary(max_size=100)))
SHAPES = (
    "{}", "Bearer", "Bearer ", "bearer {}", "BEARER {}", "Bearer  {}", "Bearer {} ", "Basic {}", "Bearer {} {}",
    "Bearer Bearer {}", "Bearer\t{}", "Bearer={}", "Bearer {},Bearer {}", "Token {}", "", " ", "Bearer '{}'",
)  # fmt: skip


def send_metadata(world: World, metadata: list[tuple[str, Any]], actor: str) -> None:
    """Sends as far as this client lets it be sent."""
    try:
        outcome = world.send(GET_TENANT, [GOOD], (*metadata, *world.metadata(actor)))
    except (ValueError, TypeError):
        return  # grpc's client does not send such keys and values
    if outcome.code is grpc.StatusCode.INTERNAL and outcome.details == "Invalid metadata":
        return  # the same: said by the client; nothing was sent
    if outcome.code is grpc.StatusCode.RESOURCE_EXHAUSTED and GRPC_REFUSES_METADATA in outcome.details:
        assert not world.leaks(outcome.details)
        world.check_output()
        return
    world.examine(outcome, GET_TENANT)


@fuzzed(120)
@given(st.lists(PAIRS, max_size=8), st.integers(1, 30), st.sampled_from(ACTORS))
@example([("x-long", "x" * 16_000)], 1, "bootstrap")
@example([("x-long", "x" * 17_000)], 1, "bootstrap")
@example([("authorization", f"Bearer {SECRETS[0]}")], 2, "nobody")
def test_any_metadata(world: World, pairs: list[tuple[str, Any]], times: int, actor: str) -> None:
    world.forget_limits()
    metadata = [
        (name, value.encode() if name.endswith("-bin") and isinstance(value, str) else value)
        for name, value in pairs
    ]
    send_metadata(world, metadata * times, actor)


@fuzzed(100)
@given(
    st.lists(st.sampled_from(SHAPES), min_size=1, max_size=2),
    st.sampled_from(("owner", "api_key", "client_token", "bootstrap", *CANARIES[:6])),
)
def test_any_authorization(world: World, shapes: list[str], credential: str) -> None:
    world.forget_limits()
    text = world.credentials.get(credential, credential)
    send_metadata(world, [("authorization", shape.replace("{}", text)) for shape in shapes], "nobody")


# ---- what is left of it all


@pytest.mark.parametrize("canary", [SECRETS[2], PHONES[1]])
def test_no_status_repeats_what_was_sent(world: World, canary: str) -> None:
    """Each text field of each request in turn; Hypothesis may have left one out."""
    failed = []
    for rpc in RPCS.values():
        for field, request in planted_requests(rpc, canary):
            try:
                run(world, rpc, "bootstrap", request)
            except AssertionError as error:
                failed.append(f"{rpc.path} {field}: {str(error).splitlines()[0]}")
    assert not failed, "\n".join(failed)


def test_metrics_and_audit_log_hold_nothing_of_it(world: World) -> None:
    for rpc in RPCS.values():
        for _, request in planted_requests(rpc, CANARIES[-1]):
            world.send(rpc, request, world.metadata("bootstrap"), CALL_SECONDS)
    assert "deskbell_rpcs_total" in world.metrics()
    assert not world.leaks(world.metrics())
    rows = world.rows("select * from audit_entries")
    assert rows
    assert not [found for row in rows for value in row.values() for found in world.leaks(str(value))]
    assert not world.leaks(world.output())
