"""``python -m defect_app``: the command line."""

import sys

from defect_app.cli import main

if __name__ == "__main__":
    sys.exit(main())
