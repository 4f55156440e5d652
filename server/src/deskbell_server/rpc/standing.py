"""Whether the credential with which a stream was begun still counts, while the stream goes on."""

from __future__ import annotations

from deskbell_server.domain.errors import NotAuthenticated, NotPermitted
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.names import TenantId, split_name
from deskbell_server.ports.stores import Clock
from deskbell_server.rpc.admission import Admission, may_act_on
from deskbell_server.rpc.caller import Caller
from deskbell_server.voice.credential import CallCredential
from deskbell_server.voice.messages import CredentialExpiring


async def until_it_counts_no_longer(admission: Admission, caller: Caller, name: str, clock: Clock) -> None:
    """Raises NotAuthenticated or NotPermitted as soon as the credential may not be used for the resource `name` any
    more, at the latest after `CHECK_SECONDS`. Does not return before."""
    policy = admission.policy(caller.method)
    if caller.principal is None:
        raise NotAuthenticated("there is no credential")
    tenant = TenantId(split_name(name)[0])

    async def admit(credential: str) -> Principal:
        principal = await admission.principal(policy, credential)
        if not may_act_on(principal, tenant, name):
            raise NotPermitted("the credential may not do that to what is named")
        return principal

    await CallCredential(caller.principal, caller.credential, admit, clock).watch(_nobody_is_told)
    await admit(caller.credential)
    # Verifying a token allows for clocks that differ.
    raise NotAuthenticated("the credential has expired", reason="CREDENTIAL_EXPIRED")


async def _nobody_is_told(expiring: CredentialExpiring) -> None:
    """The client sees its stream end, and comes again with another credential."""
