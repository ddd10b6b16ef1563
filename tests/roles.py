"""Running parts of a test as one of the two database roles that serve officers and jobs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from django.db import connection
from django.http import HttpRequest, HttpResponse

from accounts.acting import acting_as
from accounts.models import Officer

GetResponse = Callable[[HttpRequest], HttpResponse]


@contextmanager
def database_role(role: str) -> Iterator[None]:
    """Run the block as `icse_app` or `icse_engine` on the test's own connection, then return to the owner."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {connection.ops.quote_name(role)}")
    try:
        yield
    finally:
        # In a broken transaction nothing can be executed; its rollback undoes SET ROLE as well.
        if not (connection.in_atomic_block and connection.needs_rollback) and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


@contextmanager
def served(officer: Officer | None = None) -> Iterator[None]:
    """Run the block as a request of the officer is served; without one nobody asks, and nothing is seen."""
    with ExitStack() as standing:
        if officer is not None:
            standing.enter_context(acting_as(officer, "test"))
        standing.enter_context(database_role("icse_app"))
        yield


class RequestsRunAsApp:
    """Middleware of test runs: every request is served as `icse_app`, as in production."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request inside the application's role, of nobody as yet."""
        _forget_whose_statements()
        with database_role("icse_app"):
            return self.get_response(request)


def _forget_whose_statements() -> None:
    """Clear what an earlier part of the test's one transaction has set; real requests have their own."""
    settings = ("icse.scopes", "icse.country", "icse.officer", "icse.role")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"set_config('{name}', '', true)" for name in settings))
