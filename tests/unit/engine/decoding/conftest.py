from collections.abc import Iterator

import pytest

from media_analysis.engine.decoding.client import Decoder


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    """Return one decoder for all tests, as a worker has one for all files."""
    with Decoder() as running:
        yield running
