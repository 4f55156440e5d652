"""A right request for each rpc, by path; a test sees to it that none is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from deskbell.v1 import access_pb2
from deskbell_server.rpc.server import SERVICE_NAMES

MISSING = "00000000-0000-7000-8000-000000000000"
NINE = {
    "seconds": int((datetime.now(UTC) + timedelta(days=3)).replace(hour=9, minute=0, second=0).timestamp())
}
"""UTC, in some days."""
OTHER_FIELDS: dict[str, dict[str, Any]] = {
    "TenantService/CreateTenant": {"tenant_id": "made", "tenant": {"display_name": "Made"}},
    "TenantService/GetTenant": {},
    "TenantService/ListTenants": {},
    "TenantService/UpdateTenant": {"tenant": {"display_name": "New"}},
    "TenantService/DeleteTenant": {},
    "TenantService/GetUsage": {},
    "TenantService/UpdateQuota": {"quota": {"monthly_tokens": 1_000_000}},
    "TenantService/EraseCaller": {"caller_id": "nobody"},
    "AgentService/CreateAgent": {"agent_id": "made", "agent": {"display_name": "Made"}},
    "AgentService/GetAgent": {},
    "AgentService/ListAgents": {},
    "AgentService/UpdateAgent": {"agent": {"display_name": "New"}},
    "AgentService/DeleteAgent": {},
    "AgentService/ListAgentVersions": {},
    "AgentService/GetAgentVersion": {},
    "AgentService/PublishAgentVersion": {},
    "AgentService/RollBackAgent": {},
    "AgentService/SetAgentTraffic": {
        "traffic": [{"version": 1, "percent": 70}, {"version": 2, "percent": 30}]
    },
    "KnowledgeService/IngestText": {"document_id": "made", "title": "Made", "text": "We are open."},
    "KnowledgeService/UploadDocument": {"header": {"document_id": "sent", "file_name": "sent.txt"}},
    "KnowledgeService/GetDocument": {},
    "KnowledgeService/ListDocuments": {},
    "KnowledgeService/DeleteDocument": {},
    "KnowledgeService/SearchKnowledge": {"query": "When?"},
    "KnowledgeService/ListKnowledgeGaps": {},
    "KnowledgeService/UpdateKnowledgeGap": {"knowledge_gap": {"status": 2}},
    "ChatService/SendMessage": {"text": "When?"},
    "VoiceStreamService/VoiceStream": {"client_seq": 1, "start": {"skip_greeting": True}},
    "ConversationService/GetConversation": {},
    "ConversationService/ListConversations": {},
    "ConversationService/ListMessages": {},
    "ConversationService/WatchConversation": {},
    "ConversationService/ExportConversation": {},
    "LeadService/CreateLead": {"lead": {"display_name": "Made", "phone": "+442079460958"}},
    "LeadService/GetLead": {},
    "LeadService/ListLeads": {},
    "LeadService/UpdateLead": {"lead": {"display_name": "New"}, "update_mask": {"paths": ["display_name"]}},
    "LeadService/DeleteLead": {},
    "AnalyticsService/QueryMetrics": {
        "start_time": {"seconds": 1_772_323_200},
        "end_time": {"seconds": 1_772_409_600},
        "interval": 1,
    },
    "AuthService/SignIn": {"tenant": "tenants/clinic", "email": "nobody@example.com", "password": "wrong"},
    "AuthService/RefreshSession": {"refresh_token": "dbr_wrong"},
    "AuthService/SignOut": {"refresh_token": "dbr_wrong"},
    "AuthService/ChangePassword": {"current_password": "wrong", "new_password": "another long one"},
    "AuthService/CreateApiKey": {"api_key": {"display_name": "Made", "scopes": [7]}},
    "AuthService/ListApiKeys": {},
    "AuthService/RotateApiKey": {},
    "AuthService/RevokeApiKey": {},
    "AuthService/MintClientToken": {},
    "AuthService/ListClientTokens": {},
    "AuthService/RevokeClientToken": {},
    "UserService/CreateUser": {
        "user": {"email": "made@example.com", "role": access_pb2.ROLE_ANALYST},
        "password": "a password that is long",
    },
    "UserService/GetUser": {},
    "UserService/ListUsers": {},
    "UserService/UpdateUser": {"user": {"display_name": "New", "role": access_pb2.ROLE_ANALYST}},
    "UserService/ResetPassword": {"password": "a password that is long"},
    "UserService/DeleteUser": {},
    "AuditService/ListAuditEntries": {},
    "OperatorService/CreateOperator": {
        "operator": {"email": "made@example.com"},
        "password": "a password that is long",
    },
    "OperatorService/ListOperators": {},
    "OperatorService/DeleteOperator": {"name": "operators/missing"},
    "OperatorService/RotateSigningKey": {},
    "CatalogService/CreateBookableService": {
        "bookable_service_id": "made",
        "bookable_service": {"display_name": "Made", "duration": {"seconds": 1800}},
    },
    "CatalogService/GetBookableService": {},
    "CatalogService/ListBookableServices": {},
    "CatalogService/UpdateBookableService": {
        "bookable_service": {"display_name": "New", "duration": {"seconds": 2700}}
    },
    "CatalogService/DeleteBookableService": {},
    "CatalogService/CreateResource": {"resource_id": "made", "resource": {"display_name": "Made"}},
    "CatalogService/GetResource": {},
    "CatalogService/ListResources": {},
    "CatalogService/UpdateResource": {"resource": {"display_name": "New"}},
    "CatalogService/DeleteResource": {},
    "CatalogService/GetOpeningHours": {},
    "CatalogService/UpdateOpeningHours": {"opening_hours": {"rules": {"lead": {"seconds": 600}}}},
    "ReservationService/CheckAvailability": {"days": {"first_day": "2026-03-10"}},
    "ReservationService/CreateReservation": {
        "reservation": {"start_time": NINE, "caller": {"name": "Ann Lee"}}
    },
    "ReservationService/GetReservation": {},
    "ReservationService/ListReservations": {},
    "ReservationService/UpdateReservation": {
        "reservation": {"caller": {"name": "Bob Lee"}},
        "update_mask": {"paths": ["caller.name"]},
    },
    "ReservationService/CancelReservation": {},
}
"""What a request needs besides the name of its resource."""
FOLLOWING = {"KnowledgeService/UploadDocument": [{"chunk": b"We are open on Saturday."}]}
"""What comes after a stream's first message."""
KINDS = {
    "TenantService": "",
    "AgentService": "/agents/missing",
    "KnowledgeService": "/documents/missing",
    "ConversationService": f"/conversations/{MISSING}",
    "LeadService": f"/leads/{MISSING}",
    "UserService": "/users/missing",
    "ReservationService": f"/reservations/{MISSING}",
}
NAMES = {
    "TenantService/UpdateQuota": "/quota",
    "AgentService/ListAgentVersions": "/agents/missing",
    "AgentService/GetAgentVersion": "/agents/desk/versions/1",
    "AgentService/PublishAgentVersion": "/agents/desk/versions/1",
    "ChatService/SendMessage": "/agents/desk",
    "VoiceStreamService/VoiceStream": "/agents/desk",
    "AuthService/MintClientToken": "/agents/desk",
    "AuthService/RotateApiKey": "/apiKeys/0123456789abcdef",
    "AuthService/RevokeApiKey": "/apiKeys/0123456789abcdef",
    "AuthService/RevokeClientToken": f"/clientTokens/{MISSING}",
    "ConversationService/ListMessages": f"/conversations/{MISSING}",
    "KnowledgeService/UpdateKnowledgeGap": f"/knowledgeGaps/{MISSING}",
    "CatalogService/GetBookableService": "/services/missing",
    "CatalogService/UpdateBookableService": "/services/missing",
    "CatalogService/DeleteBookableService": "/services/missing",
    "CatalogService/GetResource": "/resources/missing",
    "CatalogService/UpdateResource": "/resources/missing",
    "CatalogService/DeleteResource": "/resources/missing",
    "CatalogService/GetOpeningHours": "/openingHours",
    "CatalogService/UpdateOpeningHours": "/openingHours",
    "ReservationService/CheckAvailability": "/services/missing",
}


def every_method() -> list[MethodDescriptor]:
    """Every rpc of ours that the descriptors know."""
    pool = descriptor_pool.Default()
    return [method for name in SERVICE_NAMES for method in pool.FindServiceByName(name).methods]


def short(method: MethodDescriptor) -> str:
    """`AgentService/GetAgent`."""
    return f"{method.containing_service.name}/{method.name}"


def access_of(method: MethodDescriptor) -> access_pb2.Access:
    """The option that says who may call it."""
    options: Any = method.GetOptions()
    found: access_pb2.Access = options.Extensions[access_pb2.access]
    return found


def resource_of(method: MethodDescriptor, tenant: str, *, last: str = "") -> str:
    """The name of something in a tenant that the rpc could be about; `last` is put in place of its last id."""
    path = access_of(method).resource
    suffix = NAMES.get(short(method))
    if suffix is None:
        suffix = "" if path.endswith("parent") else KINDS[method.containing_service.name]
    if last and suffix.count("/") == 2:
        suffix = f"{suffix.rpartition('/')[0]}/{last}"
    return f"tenants/{tenant}{suffix}"


def right_request(method: MethodDescriptor, tenant: str, *, last: str = "") -> Message:
    """A request about something in a tenant."""
    request: Any = message_factory.GetMessageClass(method.input_type)(**OTHER_FIELDS[short(method)])
    path = access_of(method).resource
    if path:
        *parents, field = path.split(".")
        holder = request
        for parent in parents:
            holder = getattr(holder, parent)
        setattr(holder, field, resource_of(method, tenant, last=last))
    if short(method) == "ReservationService/CreateReservation":
        request.reservation.service = f"tenants/{tenant}/services/made"
    return request


async def send(
    channel: grpc.aio.Channel, method: MethodDescriptor, request: Message, metadata: Any
) -> list[Message]:
    """Sends one request, with what comes after it, and half-closes; returns every response."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    response_class = message_factory.GetMessageClass(method.output_type)
    codecs = {
        "request_serializer": lambda message: message.SerializeToString(),
        "response_deserializer": response_class.FromString,
    }

    async def one() -> AsyncIterator[Message]:
        yield request
        for fields in FOLLOWING.get(short(method), ()):
            yield type(request)(**fields)

    if method.client_streaming and method.server_streaming:
        both = channel.stream_stream(path, **codecs)(one(), metadata=metadata, timeout=30)
        return [response async for response in both]
    if method.client_streaming:
        return [await channel.stream_unary(path, **codecs)(one(), metadata=metadata, timeout=30)]
    if method.server_streaming:
        answers = channel.unary_stream(path, **codecs)(request, metadata=metadata, timeout=30)
        return [response async for response in answers]
    return [await channel.unary_unary(path, **codecs)(request, metadata=metadata, timeout=30)]
