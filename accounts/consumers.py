"""The one stream of an officer: hints that something they may see has changed."""

from typing import Any, Final

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth import HASH_SESSION_KEY

from accounts.audit.errors import NotOnRecord
from accounts.audit.sockets import CLOSED, OPENED, record_refused_socket, record_socket
from accounts.queries import StreamClaim
from accounts.signing_in.proof import has_second_factor
from accounts.streams import watch_of_this_process
from icse.common.hints import group_of

NOT_SIGNED_IN: Final = 4401
NOT_ON_RECORD: Final = 4503


class HintsConsumer(AsyncJsonWebsocketConsumer):
    """Sends `{"number": n, "kind": ...}`; what a client sends is not read."""

    number = 0

    async def connect(self) -> None:
        """Accept an officer signed in with a second factor, into their own stream alone; it is on record."""
        officer, session = self.scope["user"], self.scope.get("session") or {}
        if not officer.is_authenticated or not officer.is_active or not has_second_factor(session):
            await database_sync_to_async(record_refused_socket)(self.scope)
            await self.close(code=NOT_SIGNED_IN)
            return
        try:
            await database_sync_to_async(record_socket)(self.scope, OPENED)
        except NotOnRecord:
            await self.close(code=NOT_ON_RECORD)
            return
        self.claim = StreamClaim(
            officer.pk, getattr(session, "session_key", None), session.get(HASH_SESSION_KEY)
        )
        self.stream = group_of(officer.pk)
        await self.channel_layer.group_add(self.stream, self.channel_name)
        watch_of_this_process().join(self)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave the stream; that it ended is on record."""
        if hasattr(self, "stream"):
            watch_of_this_process().leave(self)
            await self.channel_layer.group_discard(self.stream, self.channel_name)
            await database_sync_to_async(record_socket)(self.scope, CLOSED)

    async def receive(self, *args: Any, **kwargs: Any) -> None:
        """Ignore whatever a client says."""

    async def hint(self, event: dict[str, str]) -> None:
        """Pass a hint on, numbered within this connection."""
        self.number += 1
        await self.send_json({"number": self.number, "kind": event["kind"]})

    async def end(self, event: dict[str, str | None]) -> None:
        """Close the stream, unless another session than this one was meant."""
        meant = event["session_key"]
        if meant is None or meant == self.claim.session_key:
            await self.close(code=NOT_SIGNED_IN)
