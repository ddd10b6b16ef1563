"""Which bytes a Range header asks for (RFC 9110 §14.1.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.ranges import Unsatisfiable, parse_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-499", (0, 499)),
        ("bytes=500-", (500, 999)),
        ("bytes=-200", (800, 999)),
        ("bytes=-5000", (0, 999)),
        ("bytes=990-5000", (990, 999)),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,4-5", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_range_of_a_thousand_bytes(header: str, part: tuple[int, int] | None) -> None:
    """Single ranges are cut to the object; all else counts as no range."""
    assert parse_range(header, 1000) == part


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    """No byte lies there."""
    with pytest.raises(Unsatisfiable):
        parse_range(header, 1000)


@given(
    header=st.text(max_size=40) | st.from_regex(r"bytes=\d*-\d*", fullmatch=True), size=st.integers(1, 10**12)
)
def test_range_never_leaves_the_object(header: str, size: int) -> None:
    """Whatever is asked for, what is sent lies within the object."""
    try:
        part = parse_range(header, size)
    except Unsatisfiable:
        return
    if part is not None:
        first, last = part
        assert 0 <= first <= last < size
