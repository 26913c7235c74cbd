"""The class activation map: what each place adds to the answer; it comes with the verdict, see `engine.activation_map`.

Method: Zhou, Khosla, Lapedriza, Oliva, Torralba, "Learning Deep Features for Discriminative Localization", CVPR 2016.
"""

from defect_app.explanation.methods.method import Method

CLASS_ACTIVATION_MAP = "cam"

METHOD = Method(
    CLASS_ACTIVATION_MAP,
    "Class activation map",
    "What each place adds to the answer: the last features, weighed by the classifier. At once; the map of the Inspect "
    "page.",
    "Zhou et al., CVPR 2016",
    compute=None,
    takes_layer=False,
    unit="its own unit",
)
