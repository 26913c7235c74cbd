"""The data sets that the project knows: classes, origin, licence and traps of each."""

from __future__ import annotations

from defect_app.catalog import ClassSpec
from defect_app.datasets.dataset import Dataset, Folder
from defect_app.errors import DataUnavailable

_OK, _DEFECT = "ok", "defect"
_CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_NO_LICENCE = "none stated"

_DATASETS = (
    Dataset(
        name="casting",
        title="Submersible-pump impeller castings",
        classes=(ClassSpec("ok", "Good casting", "ok"), ClassSpec("defect", "Defective casting", "defect")),
        folders=tuple(
            Folder(f"casting_data/{split}/{folder}", label, split)
            for split in ("train", "test")
            for folder, label in (("ok_front", _OK), ("def_front", _DEFECT))
        ),
        archives=("casting.tar.xz",),
        source="Kaggle: ravirajsinh45/real-life-industrial-dataset-of-casting-product",
        licence="CC BY-NC-ND 4.0",
        limits="The training pictures may not be used commercially, nor passed on changed.",
        traps=(
            "64 test pictures are pixel-identical to a training picture.",
            "The set is augmented: turned and sheared copies of some 130 parts, 17 of them good, lie in both official "
            "splits: 707 of the 715 test pictures show a part that training pictures show.",
            "16 pictures of one part are in the folder of defective castings, its other 127 in that of good ones.",
        ),
        round_parts=True,
    ),
    Dataset(
        name="boxes",
        title="Intact and damaged boxes",
        classes=(ClassSpec("intact", "Intact box", "ok"), ClassSpec("damaged", "Damaged box", "defect")),
        folders=tuple(
            Folder(f"boxes/{part}/{name}", name)
            for part in ("packages", "cartons_data")
            for name in ("intact", "damaged")
        ),
        archives=("boxes.tar",),
        source="Kaggle damaged-and-intact-packages, and the set of Damaged-Box-Classifier on GitHub",
        licence=_NO_LICENCE,
        limits="Web photographs without a stated licence: for study, not for sale.",
        traps=(
            "Some pictures are drawings or carry watermarks, and some intact ones are not cardboard.",
            "About half of cartons_data are turned or brightened copies of the others.",
        ),
        twin_correlation=0.97,
    ),
    Dataset(
        name="metal_cracks",
        title="Electrical commutators with surface cracks",
        classes=(ClassSpec("ok", "Sound surface", "ok"), ClassSpec("defect", "Cracked surface", "defect")),
        folders=(Folder("kolektor_sdd/ok", _OK), Folder("kolektor_sdd/defect", _DEFECT)),
        archives=("metal_cracks.tar",),
        source="KolektorSDD, Kolektor Group and vicos.si",
        licence="CC BY-NC-SA 4.0",
        limits="The training pictures may not be used commercially.",
        traps=("Eight pictures show one commutator (kosNN): folds must keep them together.",),
        group_prefix="_",
    ),
    Dataset(
        name="pistons",
        title="Pistons",
        classes=(
            ClassSpec("normal", "Sound piston", "ok"),
            ClassSpec("defect_1", "Defect of the first kind", "defect"),
            ClassSpec("defect_2", "Defect of the second kind", "defect"),
        ),
        folders=tuple(Folder(f"pistons/{name}", name) for name in ("normal", "defect_1", "defect_2")),
        archives=("pistons.tar",),
        source="A small public set of 80 x 80 pictures",
        licence=_NO_LICENCE,
        limits="No stated licence: for study, not for sale.",
    ),
    Dataset(
        name="phone",
        title="Phone screens",
        classes=(
            ClassSpec("none", "No scratch", "ok"),
            ClassSpec("minor", "Minor scratch", "defect"),
            ClassSpec("major", "Major damage", "defect"),
        ),
        folders=(
            Folder("phone/cracked/mobile_not_damaged", "none"),
            Folder("phone/msd_screen/oil", "none"),
            Folder("phone/msd_screen/stain", "none"),
            Folder("phone/msd_screen/scratch", "minor"),
            Folder("phone/cracked/mobile_damaged", "major"),
        ),
        archives=("phone.tar",),
        source="NanoNets cracked-screen detection, and a part of the MSD mobile-phone screen set",
        licence="none stated; GPL-3.0 at the MSD repository",
        limits="Partly without a stated licence: for study, not for sale.",
        traps=("The MSD pictures show the same few phones and marks again and again: group them before any split.",),
        twin_correlation=0.97,
    ),
    Dataset(
        name="cifar10",
        title="CIFAR-10",
        classes=tuple(ClassSpec(name, name.capitalize()) for name in _CIFAR10),
        folders=(),
        archives=("cifar10.tar",),
        source="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
        licence=_NO_LICENCE,
        traps=("The training pictures are JPEGs of about 40 dB; the 1,000 test pictures here are exact.",),
        layout="mosaics",
    ),
    Dataset(
        name="cifar10_test",
        title="CIFAR-10, the 10,000 test pictures as JPEG",
        classes=tuple(ClassSpec(name, name.capitalize()) for name in _CIFAR10),
        folders=tuple(Folder(f"cifar10_jpeg/test/{name}", name, "test") for name in _CIFAR10),
        archives=("cifar10_test.tar.xz",),
        source="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
        licence=_NO_LICENCE,
        traps=("JPEGs of 26 to 35 dB: lossy, to be said beside any figure.",),
    ),
    Dataset(
        name="imagenet_sample",
        title="One photo of each ImageNet class",
        classes=(),
        folders=(),
        archives=("imagenet_samples.tar", "mobilenet_v2_imagenet.tar"),
        source="EliSchwartz/imagenet-sample-images on GitHub",
        licence="ImageNet terms",
        limits="Non-commercial research and education only; each picture belongs to its owner.",
        traps=("Probably training pictures of ImageNet: no validation score can be claimed from them.",),
        layout="imagenet",
    ),
)


def all_datasets() -> tuple[Dataset, ...]:
    """Return every registered data set."""
    return _DATASETS


def get_dataset(name: str) -> Dataset:
    """Return the data set called `name`.

    Raises
    ------
    DataUnavailable
        If the project knows no such set.
    """
    for dataset in _DATASETS:
        if dataset.name == name:
            return dataset
    known = ", ".join(d.name for d in _DATASETS)
    raise DataUnavailable(f"There is no data set called {name!r}.", f"Data sets here: {known}.")
