"""What the tests of searching share."""

from collections.abc import Iterator

import pytest

from media_analysis.services import workbench


@pytest.fixture(scope="session")
def worker_decoder() -> Iterator[None]:
    """End the decoder process that a worker would keep, once the last test is through."""
    yield
    if workbench.decoder.cache_info().currsize:
        workbench.decoder().close()
        workbench.decoder.cache_clear()
