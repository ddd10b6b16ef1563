import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icse.settings")
django.setup()

from tests.faults.drill import main  # noqa: E402 - it leads to models

sys.exit(main())
