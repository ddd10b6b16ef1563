"""What a typed text may mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.recognition import Typed, recognise

SHA256 = "0123456789abcdef" * 4
SHA1 = SHA256[:40]
MD5 = SHA256[:32]
BITS = bytes.fromhex(SHA256)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Typed()),
        ("Blue room", Typed(words=("blue", "room"))),
        ("room room", Typed(words=("room",))),
        (MD5, Typed(words=(MD5,), digest=MD5)),
        (SHA1, Typed(words=(SHA1,), digest=SHA1)),
        (SHA256, Typed(words=(SHA256,), digest=SHA256, pdq=BITS)),
        (SHA256.upper(), Typed(words=(SHA256,), digest=SHA256, pdq=BITS)),
        (f"md5: {MD5.upper()}", Typed(digest=MD5)),
        (f"SHA-256={SHA256}", Typed(digest=SHA256)),
        (f"pdq:{SHA256}", Typed(pdq=BITS)),
        ("pdq:abc", Typed()),
        ("serial: 0042-7A", Typed(serial="0042-7A")),
        ("0042-7A", Typed(words=("0042-7a",), serial="0042-7A")),
        ("NIKON 4711", Typed(words=("nikon", "4711"), serial="NIKON 4711")),
        ("12", Typed(words=("12",))),
    ],
)
def test_recognise(text: str, expected: Typed) -> None:
    assert recognise(text) == expected


@pytest.mark.parametrize(("text", "name"), [(MD5, "MD5"), (SHA1, "SHA-1"), (SHA256, "SHA-256"), ("room", "")])
def test_digest_name(text: str, name: str) -> None:
    assert recognise(text).digest_name == name


@given(st.text(max_size=300))
def test_recognise_takes_any_text(text: str) -> None:
    typed = recognise(text)
    assert typed.pdq is None or len(typed.pdq) == 32
    assert typed.digest is None or set(typed.digest) <= set("0123456789abcdef")
