"""Starts a node as ``ray start`` does, as quietly and patiently as the command does: given its arguments."""

import sys
from typing import Any

from ray.scripts import scripts

from defect_app.distributed.starting import quiet_and_patient_start

if __name__ == "__main__":
    ray: Any = scripts
    with quiet_and_patient_start():
        sys.exit(ray.main())
