#!/usr/bin/env python
"""Run one management command as the database role that it needs."""

import os
import sys

from django.core.management import execute_from_command_line

from icse.roles import role_for_command


def main() -> None:
    """Choose settings and database role, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icse.settings")
    os.environ.setdefault("ICSE_ROLE", role_for_command(sys.argv[1:]))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
