import hashlib
from importlib import metadata


def digest_of(*parts: str) -> str:
    """Return twelve hex digits that change when any part does.

    An analyzer names here what its results depend on: its own revision, models, tools and decode route.
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def package(name: str) -> str:
    """Return `name==version` of an installed distribution."""
    return f"{name}=={metadata.version(name)}"
