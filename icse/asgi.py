"""ASGI entry point: `/ws/` to Channels, everything else through a2wsgi to Django's WSGI application.

Django's own ASGI handler reads a whole body before the view runs; through a2wsgi an upload streams.
"""

from typing import TYPE_CHECKING, Any, Final, cast

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.utils.module_loading import import_string

from icse.idle_bodies import IdleBodies
from icse.wsgi import application as wsgi_application

if TYPE_CHECKING:
    from a2wsgi.wsgi_typing import WSGIApp

# Uploads hold a thread for as long as their sender takes, so there are more threads than cores.
_THREADS: Final = 24

# Read by name and only now: addresses lead to models, which want Django to be set up.
_sockets = URLRouter(import_string("icse.urls.websocket_urlpatterns"))

application: Any = ProtocolTypeRouter(
    {
        "http": IdleBodies(WSGIMiddleware(cast("WSGIApp", wsgi_application), workers=_THREADS)),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(_sockets)),
    }
)
