"""What the OpenAPI schema must be told because no class says it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How an API client signs in: `Authorization: Bearer <token>`."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "bearerToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the entry under `components.securitySchemes`."""
        return {"type": "http", "scheme": "bearer"}
