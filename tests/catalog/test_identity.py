"""A model's identity is all that decides a verdict, and nothing else; a folder is read only as it was sealed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.catalog import (
    ChosenThresholds,
    ClassSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    changes_since_sealed,
    load_catalog,
    read_spec,
    write_spec,
)
from defect_app.catalog.spec import Role
from defect_app.errors import ModelUnavailable
from tests.catalog.test_spec import SPEC

SEALED = replace(SPEC, sha256={"model.xml": "a" * 64, "model.bin": "b" * 64, "familiarity.npz": "c" * 64})

SWAPPED: dict[Role | None, Role | None] = {"ok": "defect", "defect": "ok", None: None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny"
    made.mkdir()
    for name in ("model.xml", "model.bin", "familiarity.npz", "model.keras", "history.csv"):
        (made / name).write_text(f"content of {name}")
    write_spec(made, SPEC)
    return made


@pytest.mark.parametrize(
    "changed",
    [
        lambda s: replace(s, sha256={**s.sha256, "model.xml": "d" * 64}),
        lambda s: replace(s, sha256={**s.sha256, "model.bin": "d" * 64}),
        lambda s: replace(s, sha256={**s.sha256, "familiarity.npz": "d" * 64}),
        lambda s: replace(s, sha256={n: h for n, h in s.sha256.items() if n != "familiarity.npz"}),
        lambda s: replace(s, classes=(s.classes[1], s.classes[0], s.classes[2])),
        lambda s: replace(s, classes=tuple(replace(c, role=SWAPPED[c.role]) for c in s.classes)),
        lambda s: replace(s, classes=(replace(s.classes[0], name="good"), *s.classes[1:])),
        lambda s: replace(s, classes=(replace(s.classes[0], title="Scratch"), *s.classes[1:])),
        lambda s: replace(s, classes=(*s.classes, ClassSpec("dust", "Dust"))),
        lambda s: replace(s, input=replace(s.input, height=s.input.width, width=s.input.height)),
        lambda s: replace(s, input=replace(s.input, fit="crop")),
        lambda s: replace(s, input=replace(s.input, resize="area")),
        lambda s: replace(s, default_point=ChosenThresholds(InspectionThresholds(0.125, 0.5000000000000001))),
    ],
    ids=[
        "network", "weights", "familiarity", "no familiarity", "order", "roles", "name", "class title", "more classes",
        "size", "fit", "resize filter", "threshold",
    ],
)  # fmt: skip
def test_whatever_decides_changes_the_identity(changed: Callable[[ModelSpec], ModelSpec]) -> None:
    assert changed(SEALED).identity != SEALED.identity


def test_what_is_only_told_leaves_the_identity_as_it_is() -> None:
    told = replace(
        SEALED, title="Other", summary="", recipe="r", dataset="d", trained="", licence=LicenceSpec("MIT"),
        explain_layer="other", product="", sha256={**SEALED.sha256, "evaluation.parquet": "e" * 64},
        default_point=ChosenThresholds(SEALED.default_point.thresholds, split="cv", n=1, rule="otherwise"),
    )  # fmt: skip
    assert told.identity == SEALED.identity


def test_the_identity_is_the_same_on_every_machine_and_day() -> None:
    assert SEALED.identity == "f701eb11e9ac36cbd818e9d4686a6e343401a3553cf5a172deb56d0c31ed4550"


def test_a_sealed_folder_reads_back_with_its_identity(folder: Path) -> None:
    spec = read_spec(folder)
    assert f'identity = "{spec.identity}"' in (folder / "model.toml").read_text(encoding="utf-8")
    assert changes_since_sealed(folder) == ()


def test_text_that_decides_nothing_may_be_edited_by_hand(folder: Path) -> None:
    edit(folder, 'summary = "Finds scratches."', 'summary = "Finds scratches on covers."')
    assert read_spec(folder).summary == "Finds scratches on covers."


def test_text_that_decides_and_was_edited_by_hand_is_refused_with_the_way_to_accept_it(folder: Path) -> None:
    edit(folder, "reject_at = 0.5", "reject_at = 0.9")
    with pytest.raises(ModelUnavailable, match="what decides is not what its identity line says") as caught:
        read_spec(folder)
    assert caught.value.remedy.endswith("seal it: python -m defect_app models seal tiny")
    assert changes_since_sealed(folder) == (
        "model.toml says otherwise what decides: classes, roles, input, thresholds or hashes",
    )


def test_what_sealing_would_accept_is_named_file_by_file(folder: Path) -> None:
    (folder / "model.bin").write_text("other weights")
    (folder / "model.keras").unlink()
    assert changes_since_sealed(folder) == ("model.bin was changed", "model.keras is missing")
    edit(folder, "identity", "# identity")
    assert changes_since_sealed(folder)[0] == "model.toml has no identity line"


def test_a_file_that_decides_and_came_later_is_not_used_unsealed(folder: Path) -> None:
    (folder / "familiarity.npz").unlink()
    write_spec(folder, SPEC)
    (folder / "familiarity.npz").write_text("from elsewhere")
    assert changes_since_sealed(folder) == ("familiarity.npz is new",)
    assert load_catalog(folder.parent).get("tiny").problem == "its model.toml gives no sha256 for familiarity.npz."


def test_sealing_leaves_nothing_but_the_spec(folder: Path) -> None:
    before = sorted(p.name for p in folder.iterdir())
    write_spec(folder, SPEC)
    assert sorted(p.name for p in folder.iterdir()) == before


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "model.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
