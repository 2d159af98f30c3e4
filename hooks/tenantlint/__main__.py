"""``python -m tenantlint``."""

import sys

from tenantlint.cli import main

sys.exit(main())
