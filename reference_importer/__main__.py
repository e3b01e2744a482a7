"""``python -m reference_importer`` is ``reference-importer``."""

import sys

from reference_importer.cli import main

sys.exit(main())
