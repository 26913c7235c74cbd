"""The reference: heat maps by tf-keras-vis on the Keras model; importing this package imports TensorFlow (seconds).

The app computes its maps without it. Here they are computed by the library that people know, to be compared with: in
the tests, and on the page where it is installed.
"""

from defect_app.extras import needs_extra

with needs_extra("explain"):
    from defect_app.explanation.gradients.logit_model import LogitModel, load_logit_model
    from defect_app.explanation.gradients.reference import REFERENCES, reference_evidence, reference_map

__all__ = ["REFERENCES", "LogitModel", "load_logit_model", "reference_evidence", "reference_map"]
