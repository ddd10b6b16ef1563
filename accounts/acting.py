"""Acting for an officer: each statement tells the database for whom it is made.

The policies under the tables (`icse.common.floor.protect`) read these settings. They are set in the message
of every single statement, for its transaction alone: nothing has to be cleared afterwards, no transaction
has to stay open for as long as a request takes, and no setting can be met by the next user of a connection.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connections

from accounts.models import Role
from accounts.queries import scopes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.http import HttpRequest

    from accounts.models import Officer

_TRANSACTION_CONTROL: Final = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")
"""After an error only these may be sent, and they must come first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """For whom statements are made, and why: `purpose` is the name of a page, an operation or a task."""

    officer: Officer
    purpose: str
    prefix: str


@dataclass(slots=True)
class _Standings:
    """A wrapper of statements that stays on its connection; the innermost standing is in force."""

    stack: list[Standing] = field(default_factory=list)

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Sequence[Any] | None,
        many: bool,  # noqa: FBT001 - Django passes it so
        context: dict[str, Any],
    ) -> Any:
        if not sql.startswith(_TRANSACTION_CONTROL):
            sql = f"{self.stack[-1].prefix}; {sql}"
        return execute(sql, params, many, context)


@contextmanager
def acting_as(officer: Officer, purpose: str, *, using: str = "default") -> Iterator[Standing]:
    """Make every statement of this thread in the officer's name, within their scopes and no further.

    Nested calls put the inner officer in place of the outer one until they end. Outside of any, the
    application's role sees no protected row at all.
    """
    standing = Standing(officer, purpose, _prefix(officer))
    wrappers = connections[using].execute_wrappers
    standings = next((each for each in wrappers if isinstance(each, _Standings)), None)
    if standings is None:
        standings = _Standings()
        wrappers.append(standings)
    standings.stack.append(standing)
    try:
        yield standing
    finally:
        standings.stack.remove(standing)
        if not standings.stack:
            wrappers.remove(standings)


_until_the_end: ContextVar[ExitStack] = ContextVar("_until_the_end")


@contextmanager
def acting_until_the_end() -> Iterator[None]:
    """Open a block, as of one request, to whose end whoever is named inside it is stood for."""
    with ExitStack() as standings:
        token = _until_the_end.set(standings)
        try:
            yield
        finally:
            _until_the_end.reset(token)


def act_to_the_end(officer: Officer, purpose: str) -> None:
    """Act as the officer to the end of the enclosing `acting_until_the_end`.

    Raises:
        LookupError: There is no such block.
    """
    _until_the_end.get().enter_context(acting_as(officer, purpose))


def purpose_of(request: HttpRequest) -> str:
    """Return the purpose of whatever a request needs: the name of the address that was asked for."""
    return request.resolver_match.view_name if request.resolver_match else request.path


def present_standing(*, using: str = "default") -> Standing | None:
    """Return for whom this thread makes its statements at present, if for anybody."""
    for wrapper in connections[using].execute_wrappers:
        if isinstance(wrapper, _Standings):
            return wrapper.stack[-1]
    return None


def _prefix(officer: Officer) -> str:
    """Return the statement that names the officer; all that goes into it are numbers and ids of ours."""
    scopes = ",".join(str(int(scope)) for scope in scopes_of(officer))
    settings = {
        "icse.scopes": f"{{{scopes}}}",
        "icse.country": str(officer.unit.country_id),
        "icse.officer": str(officer.pk),
        "icse.role": Role(officer.role).value,
    }
    calls = (f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    return f"SELECT {', '.join(calls)}"
