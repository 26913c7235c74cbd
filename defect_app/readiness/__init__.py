"""Whether this installation is fit to judge: its models answer as at release, and its machine keeps what they say."""

from defect_app.readiness.report import MachineCheck, ModelCheck, Readiness
from defect_app.readiness.self_test import SelfTest

__all__ = ["MachineCheck", "ModelCheck", "Readiness", "SelfTest"]
