#!/usr/bin/env python
"""Run one management command as the database role that it needs."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from icse.env import BadSetting
from icse.roles import role_for_command


def main() -> None:
    """Choose settings and database role, then hand over to Django; end in one line where it cannot start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icse.settings")
    os.environ.setdefault("ICSE_ROLE", role_for_command(sys.argv[1:]))
    try:
        execute_from_command_line(sys.argv)
    except BadSetting as refused:
        sys.exit(str(refused))
    except OperationalError as failure:
        if not str(failure).startswith("connection to server"):
            raise
        sys.exit(f"The database does not answer; is `make run` running?\n{failure}")


if __name__ == "__main__":
    main()
