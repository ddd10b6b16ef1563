"""A second analyst of the owner's country."""

import pytest

from accounts.models import Officer, Role
from tests.cast import Cast
from tests.factories.accounts import OfficerFactory


@pytest.fixture
def second(cast: Cast) -> Officer:
    """Return another analyst of the owner's country."""
    officer: Officer = OfficerFactory.create(unit=cast.analyst.unit, role=Role.ANALYST)
    return officer
