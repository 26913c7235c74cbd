"""Studies: variants of one recipe trained and measured side by side, kept with their answers, shown beside a report.

What is imported here reads and compares results and needs no TensorFlow; `running` trains.
"""

from defect_app.studies.outcome import Outcome, PairedTest, VariantFigures, outcome_of
from defect_app.studies.plan import Study, Variant, load_study, study_names
from defect_app.studies.results import STUDIES_FOLDER, StudyResult, VariantFacts, read_result, write_result

__all__ = [
    "STUDIES_FOLDER",
    "Outcome",
    "PairedTest",
    "Study",
    "StudyResult",
    "Variant",
    "VariantFacts",
    "VariantFigures",
    "load_study",
    "outcome_of",
    "read_result",
    "study_names",
    "write_result",
]
