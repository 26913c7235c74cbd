"""Student and teacher."""

import keras
import numpy as np

from defect_app.training.distillation import blend


def _network() -> keras.Model:
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.layers.Dense(2)(inputs))


def test_a_blend_lies_between_student_and_teacher() -> None:
    student, teacher = _network(), _network()
    start = [w.copy() for w in teacher.get_weights()]
    student.set_weights([w + 1 for w in start])
    blend(student, teacher, 0.25)
    for own, original in zip(student.get_weights(), start, strict=True):
        np.testing.assert_allclose(own, original + 0.25, atol=1e-6)
