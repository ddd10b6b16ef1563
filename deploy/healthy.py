"""Ask one address of this container whether it is well: `python -m deploy.healthy URL`, for health checks."""

import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

from icse import env


def main(address: str) -> int:
    """Return 0 where the address answers 200 under a host name that Django accepts, 1 otherwise."""
    url = urlsplit(address)
    connection = HTTPConnection(url.netloc, timeout=4)
    try:
        connection.request("GET", url.path, headers={"Host": env.items("ALLOWED_HOSTS", ["localhost"])[0]})
        return int(connection.getresponse().status != 200)  # noqa: PLR2004 - "OK"
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
