import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.decoding.answers import frame_from, plan_from, still_from
from media_analysis.engine.decoding.channel import ChannelClosed, receive, receive_with_files, send
from media_analysis.engine.decoding.errors import DecoderDied, TooLarge, from_message, to_message
from media_analysis.engine.decoding.memory import PixelMemory

Pair = tuple[socket.socket, socket.socket]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def pair() -> Iterator[Pair]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


@given(message=st.dictionaries(st.text(), JSON, max_size=5))
def test_what_is_sent_is_received(message: dict[str, object]) -> None:
    left, right = socket.socketpair()
    with left, right:
        send(left, message)

        assert receive(right) == message


def test_files_travel_with_their_message(pair: Pair) -> None:
    reading, writing = os.pipe()
    send(pair[0], {"job": 1}, (reading,))

    message, (received,) = receive_with_files(pair[1])
    os.write(writing, b"through")

    assert message == {"job": 1}
    assert os.read(received, 7) == b"through"
    for descriptor in (reading, writing, received):
        os.close(descriptor)


def test_whoever_goes_with_the_message_has_been_sent_it(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spare child closes the way by which its file came; called unsent, that was read by a second one."""

    def read_at_once(*told: Any) -> int:
        sent = send_files(*told)
        pair[1].close()
        return sent

    send_files = socket.send_fds
    monkeypatch.setattr(socket, "send_fds", read_at_once)
    with Path(os.devnull).open("rb") as file:
        send(pair[0], {"job": 1}, (file.fileno(),))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0",
        struct.pack("!I", 5) + b"{}",
        struct.pack("!I", 4) + b"[{}]",
        struct.pack("!I", 3) + b"{x}",
        struct.pack("!I", 2**32 - 1),
        struct.pack("!I", 200_000) + b"[" * 200_000,
    ],
)
def test_what_is_no_message_closes_the_channel(pair: Pair, content: bytes) -> None:
    pair[0].sendall(content)
    pair[0].close()

    with pytest.raises(ChannelClosed):
        receive(pair[1])


def test_receiving_times_out(pair: Pair) -> None:
    pair[1].settimeout(0.01)

    with pytest.raises(TimeoutError):
        receive(pair[1])


def test_refusals_travel_by_name() -> None:
    refusal = from_message(to_message(TooLarge("too_long"), cause="because"))

    assert isinstance(refusal, TooLarge)
    assert refusal.reason == "too_long"
    assert "because" in refusal.__notes__[0]


@given(message=st.dictionaries(st.sampled_from(["refused", "reason", "cause"]), JSON))
def test_a_refusal_that_nobody_knows_is_damage(message: dict[str, object]) -> None:
    assert from_message(message).message.endswith(".")


@given(
    message=st.dictionaries(
        st.sampled_from(["shape", "width", "height", "at_s", "is_key", "plan", "route"]), JSON, max_size=7
    )
)
def test_nonsense_from_a_child_counts_as_its_death(message: dict[str, object]) -> None:
    memory = PixelMemory(4)
    try:
        with pytest.raises(DecoderDied):
            still_from(message, memory)
        with pytest.raises(DecoderDied):
            plan_from(message)
    finally:
        memory.close()


@pytest.mark.parametrize("shape", [(0, 4), (4, -1), (-4, -4), (5, 4), (2**40, 2**40), (1.5, "x")])
def test_pixels_that_do_not_fit_count_as_its_death(shape: tuple[object, object]) -> None:
    memory = PixelMemory(4)
    try:
        with pytest.raises(DecoderDied):
            frame_from({"shape": shape, "at_s": 0, "is_key": True}, memory)
    finally:
        memory.close()
