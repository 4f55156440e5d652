"""ConversationService."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing

from google.protobuf.json_format import MessageToJson

from deskbell.v1 import conversation_pb2
from deskbell.v1 import conversation_service_pb2 as pb
from deskbell.v1.conversation_service_pb2_grpc import ConversationServiceServicer
from deskbell_server.domain.conversation import Conversation
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import AgentId, ConversationId, TenantId, TurnId, split_name
from deskbell_server.ports.aftermath import ReportStore
from deskbell_server.ports.history import ConversationHistory
from deskbell_server.ports.stores import Clock, ConversationStore
from deskbell_server.rpc import history_mapping, mapping, report_mapping
from deskbell_server.rpc.admission import Admission
from deskbell_server.rpc.caller import current_caller
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.page_tokens import PageTokens, fitting
from deskbell_server.rpc.standing import until_it_counts_no_longer
from deskbell_server.turn.watching import Watches

MESSAGE_PAGE = 100
EXPORT_PAGE = 200
"""Messages or turns read at a time."""
_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}


class Conversations(ConversationServiceServicer):
    """See protos/deskbell/v1/conversation_service.proto."""

    def __init__(
        self,
        store: ConversationStore,
        history: ConversationHistory,
        watches: Watches,
        admission: Admission,
        tokens: PageTokens,
        reports: ReportStore,
        clock: Clock,
    ) -> None:
        self._store = store
        self._history = history
        self._watches = watches
        self._admission = admission
        self._tokens = tokens
        self._reports = reports
        self._clock = clock

    async def GetConversation(
        self, request: pb.GetConversationRequest, context: Context
    ) -> pb.GetConversationResponse:
        tenant, conversation = split_name(request.name)
        found = await self._store.get(TenantId(tenant), mapping.conversation_id(conversation))
        (shown,) = await self._with_reports(TenantId(tenant), [found])
        return pb.GetConversationResponse(conversation=shown)

    async def ListConversations(
        self, request: pb.ListConversationsRequest, context: Context
    ) -> pb.ListConversationsResponse:
        (tenant,) = split_name(request.parent)
        agent = None
        if request.agent:
            owner, agent_id = split_name(request.agent)
            if owner != tenant:
                raise InvalidInput.field("agent", f"must be an agent of {request.parent}")
            agent = AgentId(agent_id)

        async def fetch(before: ConversationId | None, limit: int) -> list[conversation_pb2.Conversation]:
            found = await self._store.page(TenantId(tenant), agent=agent, before=before, limit=limit)
            return await self._with_reports(TenantId(tenant), found)

        shown, token = await self._tokens.page(
            f"{request.parent}/conversations?agent={request.agent}",
            request,
            mapping.conversation_id,
            fetch,
            lambda conversation: split_name(conversation.name)[1],
            weight=lambda conversation: conversation.ByteSize(),
        )
        return pb.ListConversationsResponse(conversations=shown, next_page_token=token)

    async def ListMessages(
        self, request: pb.ListMessagesRequest, context: Context
    ) -> pb.ListMessagesResponse:
        tenant, name = split_name(request.parent)
        conversation = mapping.conversation_id(name)
        found, token = await self._tokens.page(
            f"{request.parent}/messages",
            request,
            int,
            lambda after, limit: self._store.messages(
                TenantId(tenant), conversation, after=after or 0, limit=limit
            ),
            lambda message: message.index,
            size=MESSAGE_PAGE,
            weight=lambda message: mapping.messages(TenantId(tenant), conversation, [message])[0].ByteSize(),
        )
        return pb.ListMessagesResponse(
            messages=mapping.messages(TenantId(tenant), conversation, found), next_page_token=token
        )

    async def _with_reports(
        self, tenant: TenantId, conversations: Sequence[Conversation]
    ) -> list[conversation_pb2.Conversation]:
        reports = await self._reports.find(tenant, [each.id for each in conversations])
        shown = [mapping.conversation(each) for each in conversations]
        for each, message in zip(conversations, shown, strict=True):
            if each.id in reports:
                message.report.CopyFrom(report_mapping.report(reports[each.id]))
        return shown

    # The write form, so that the credential can be looked at while nothing is to be written.
    async def WatchConversation(  # type: ignore[override]
        self, request: pb.WatchConversationRequest, context: Context
    ) -> None:
        tenant, name = split_name(request.name)
        conversation = mapping.conversation_id(name)
        events = self._watches.watch(TenantId(tenant), conversation, after=request.after_sequence)
        async with asyncio.TaskGroup() as group, aclosing(events):
            counts = group.create_task(
                until_it_counts_no_longer(self._admission, current_caller(), request.name, self._clock)
            )
            async for seen in events:
                await context.write(
                    history_mapping.watched(TenantId(tenant), conversation, seen, self._clock)
                )
            counts.cancel()

    async def ExportConversation(
        self, request: pb.ExportConversationRequest, context: Context
    ) -> AsyncIterator[pb.ExportConversationResponse]:
        tenant_id, name = split_name(request.name)
        tenant, conversation = TenantId(tenant_id), mapping.conversation_id(name)
        found = await self._store.get(tenant, conversation)
        (shown,) = await self._with_reports(tenant, [found])
        for piece in _pieces([conversation_pb2.ExportLine(conversation=shown)]):
            yield piece
        async for lines in self._messages(tenant, conversation):
            for piece in _pieces(lines):
                yield piece
        async for lines in self._turns(tenant, conversation):
            for piece in _pieces(lines):
                yield piece

    async def _messages(
        self, tenant: TenantId, conversation: ConversationId
    ) -> AsyncIterator[list[conversation_pb2.ExportLine]]:
        after = 0
        while page := await self._store.messages(tenant, conversation, after=after, limit=EXPORT_PAGE):
            yield [
                line
                for message in page
                for line in history_mapping.message_lines(tenant, conversation, message)
            ]
            after = page[-1].index

    async def _turns(
        self, tenant: TenantId, conversation: ConversationId
    ) -> AsyncIterator[list[conversation_pb2.ExportLine]]:
        after: TurnId | None = None
        while page := await self._history.turns(tenant, conversation, after=after, limit=EXPORT_PAGE):
            yield [conversation_pb2.ExportLine(turn=history_mapping.turn(turn)) for turn in page]
            after = page[-1].id


def _pieces(lines: list[conversation_pb2.ExportLine]) -> Iterator[pb.ExportConversationResponse]:
    """The lines in as few pieces as fit into messages."""
    left = [f"{_line(line)}\n".encode() for line in lines]
    while left:
        count = fitting(map(len, left))
        yield pb.ExportConversationResponse(data=b"".join(left[:count]))
        left = left[count:]


def _line(line: conversation_pb2.ExportLine) -> str:
    """JSON that no reader takes for two lines: some end lines at these characters, too, which JSON lets stand."""
    return MessageToJson(line, indent=None, ensure_ascii=False).translate(_LINE_ENDS)
