"""Pages are not served as a role that stands above the rules."""

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ImproperlyConfigured

from icse.floor import refuse_unsafe_role

if TYPE_CHECKING:
    from tests.conftest import RoleSwitch


@pytest.mark.parametrize("role", ["as_app", "as_engine"])
def test_role_without_tables_may_serve(role: str, request: pytest.FixtureRequest) -> None:
    switch: RoleSwitch = request.getfixturevalue(role)
    with switch():
        refuse_unsafe_role()


@pytest.mark.django_db
def test_owner_of_tables_may_not_serve() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL: the role 'icse_owner'"):
        refuse_unsafe_role()
