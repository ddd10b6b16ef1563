import sys

from exchange.client.command import main

sys.exit(main())
