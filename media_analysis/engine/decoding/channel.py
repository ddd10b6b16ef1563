"""JSON messages, with open files attached, over a Unix stream socket.

Nothing is pickled: what arrives from a process that has read a hostile file is numbers and strings only.
"""

import json
import socket
import struct
from typing import Any, Final
from uuid import UUID

from icse.common.sealing import DataKey

Message = dict[str, Any]

_LENGTH: Final = struct.Struct("!I")
_MOST_FILES: Final = 4
# A key frame table of six hours is under a megabyte; tags of one file are cut long before.
_LONGEST_MESSAGE: Final = 16 * 1024**2


class ChannelClosed(Exception):
    """The other side has gone, or sent what is no message."""


def send(channel: socket.socket, message: Message, files: tuple[int, ...] = ()) -> None:
    """Send one message and the file descriptors that belong to it. Raises ChannelClosed."""
    body = json.dumps(message).encode()
    content = _LENGTH.pack(len(body)) + body
    try:
        sent = socket.send_fds(channel, [content], files) if files else 0
        if left := content[sent:]:  # even nothing cannot be sent to who has read it all and gone
            channel.sendall(left)
    except OSError as gone:
        raise ChannelClosed from gone


def receive(channel: socket.socket) -> Message:
    """Wait for one message. Raises ChannelClosed, or TimeoutError after the timeout of the socket."""
    return _parsed(_exactly(channel, _length(_exactly(channel, _LENGTH.size))))


def receive_with_files(channel: socket.socket) -> tuple[Message, list[int]]:
    """Wait for one message and the descriptors sent with it, which are now the caller's to close."""
    try:
        head, files, _, _ = socket.recv_fds(channel, _LENGTH.size, _MOST_FILES)
    except ConnectionError as gone:
        raise ChannelClosed from gone
    head += _exactly(channel, _LENGTH.size - len(head)) if head else b""
    return _parsed(_exactly(channel, _length(head))), files


def key_message(key: DataKey) -> Message:
    """Return a key in a form that can be sent."""
    return {"id": key.id.hex, "secret": key.secret.hex()}


def key_from(message: Message) -> DataKey:
    """Return a key that was sent."""
    return DataKey(UUID(message["id"]), bytes.fromhex(message["secret"]))


def _exactly(channel: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        try:
            part = channel.recv(length - len(content))
        except TimeoutError:
            raise
        except OSError as gone:
            raise ChannelClosed from gone
        if not part:
            raise ChannelClosed
        content += part
    return bytes(content)


def _length(head: bytes) -> int:
    if len(head) != _LENGTH.size or (length := _LENGTH.unpack(head)[0]) > _LONGEST_MESSAGE:
        raise ChannelClosed
    return int(length)


def _parsed(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as nonsense:
        raise ChannelClosed from nonsense
    if not isinstance(message, dict):
        raise ChannelClosed
    return message
