"""What a study compares: a TOML file of one recipe, the entries that vary, seeds and folds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictInt, with_config

from defect_app.documents import read_toml
from defect_app.errors import InvalidDocument, InvalidStudy
from defect_app.recipes.entries import Count
from defect_app.recipes.recipe import Recipe, changed_recipe
from defect_app.validation import validated

BUNDLED_FOLDER = Path(__file__).parent / "bundled"
Entry = str | int | float | bool | list[int] | list[float] | list[str]
"""What a recipe's entry may be changed to."""
Kept = Annotated[StrictFloat, Field(gt=0, le=1, description="a share above 0, at most 1")]
Folds = Annotated[StrictInt, Field(ge=2, le=20, description="a whole number from 2 to 20")]


@dataclass(frozen=True)
class Variant:
    """One side of a comparison.

    Attributes
    ----------
    name : str
        In a few words.
    changes : dict
        Entries of the recipe by dotted name: ``{"loss.kind": "focal"}``.
    model : str
        Of a study of stored evaluations: the model that is compared.
    published_row : str
        The row of the report's table that did the same; empty for none.
    """

    name: str
    changes: dict[str, Entry] = field(default_factory=dict)
    model: str = ""
    published_row: str = ""


@with_config(extra="forbid")
@dataclass(frozen=True)
class Study:
    """All that the command ``study`` needs.

    Attributes
    ----------
    name : str
        Of the file.
    title, question : str
        What it is about, and what it asks, in a sentence.
    said : str
        At which size it is run here, and what that leaves open.
    kind : str
        ``frozen`` trains heads on a frozen backbone's features, which are worked out once; ``trained`` trains whole
        recipes; ``stored`` compares the stored evaluations of models and trains nothing.
    variants : tuple of Variant
        The first is what the others are tested against.
    recipe : str
        What all variants start from; none for stored evaluations.
    changes : dict
        Entries that differ from the recipe in all variants.
    folds : int
        Parts of the pictures, each judged by networks that have not seen it; near-copies stay together.
    seeds : tuple of int
        Each fold is trained once with each.
    thinned : dict of str to float
        Classes of which only this share of the training pictures is used, to make them rare.
    published_report, published_table : str
        The report, and the table of it, that the variants' `published_row` belong to.

    Raises
    ------
    InvalidStudy
        If entries contradict each other.
    """

    name: str
    title: str
    question: str
    kind: Literal["frozen", "trained", "stored"]
    variants: tuple[Variant, ...]
    said: str = ""
    recipe: str = ""
    changes: dict[str, Entry] = field(default_factory=dict)
    folds: Folds = 5
    seeds: tuple[Count, ...] = (0,)
    thinned: dict[str, Kept] = field(default_factory=dict)
    published_report: str = ""
    published_table: str = ""

    def __post_init__(self) -> None:
        """Check what no entry alone can show to be wrong."""
        names = [variant.name for variant in self.variants]
        if len(set(names)) < max(2, len(names)):
            raise InvalidStudy(f"{self.name}: a study needs two or more variants with names of their own.")
        stored = self.kind == "stored"
        if stored != (not self.recipe) or any(stored != bool(variant.model) for variant in self.variants):
            raise InvalidStudy(f"{self.name}: a stored study names a model in each variant, any other one a recipe.")
        if not self.seeds:
            raise InvalidStudy(f"{self.name}: seeds must hold at least one.")

    def recipe_of(self, variant: Variant, seed: int) -> Recipe:
        """Return the recipe of a variant.

        Raises
        ------
        InvalidRecipe
            If the recipe is unknown or a changed entry is.
        """
        return changed_recipe(self.recipe, {**self.changes, **variant.changes, "seed": seed})


def study_names() -> tuple[str, ...]:
    """Return the names of the bundled studies, sorted."""
    return tuple(sorted(path.stem for path in BUNDLED_FOLDER.glob("*.toml")))


def load_study(name_or_path: str | Path) -> Study:
    """Read a bundled study by name, or any study by the path of its TOML file.

    Raises
    ------
    InvalidStudy
        If there is no such study, it is not TOML, or an entry is unknown, missing or of a wrong kind.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = BUNDLED_FOLDER / f"{name_or_path}.toml"
    if not path.exists():
        raise InvalidStudy(f"There is no study {str(name_or_path)!r}.", f"Studies here: {', '.join(study_names())}.")
    try:
        return validated(Study, {"name": path.stem, **read_toml(path)})
    except InvalidDocument as error:
        raise InvalidStudy(f"{path.stem}: {error}.", error.remedy) from error
