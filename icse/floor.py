"""Refuse to serve pages as a database role that stands above the rules on who sees what."""

from typing import Final

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

_ABOVE_THE_RULES: Final = """
    SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
    FROM pg_roles WHERE rolname = current_user
"""


def refuse_unsafe_role() -> None:
    """Raise ImproperlyConfigured where the role is superuser, owns a table or bypasses row security."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE_THE_RULES)
        (is_unsafe,) = cursor.fetchone()
    if is_unsafe:
        message = (
            f"DATABASE_URL: the role {connection.settings_dict['USER']!r} is a superuser, owns tables or "
            "bypasses row security. Pages must be served as a role that does none of this."
        )
        raise ImproperlyConfigured(message)
