"""The fault matrix: what breaks, where it is met, and what must come out; cells that nothing covers are named.

`python -m tests.faults` prints it as ``docs/faults.md`` has it, and ``make faults`` after running every cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.faults import model_faults as models
from tests.faults import record_faults as records
from tests.faults.doors import REFUSED
from tests.faults.site import PART, Site

REJECT, REVIEW, UNUSABLE = "REJECT", "REVIEW", "not usable"
LAST_KNOWN = "Last known to be in force"


class Door(StrEnum):
    """Where a fault is met."""

    COMMAND_LINE = "command line"
    API = "API"
    PAGE = "page"
    STORED = "command line, stored"
    API_STORED = "API, stored"
    PAGE_STORED = "page, stored"
    TAUGHT = "API, taught model"
    BROWSER = "page in Chromium"


class When(StrEnum):
    """When a thing breaks."""

    BEFORE = "before the start"
    RUNNING = "while running"


BOTH = (When.BEFORE, When.RUNNING)
ALL = (Door.COMMAND_LINE, Door.API, Door.PAGE)
SERVED = (Door.API, Door.PAGE)
ALL_STORED = (Door.STORED, Door.API_STORED, Door.PAGE_STORED)

Break = Callable[[Site], AbstractContextManager[None] | None]


@dataclass(frozen=True)
class Fault:
    """One way to break a site.

    Attributes
    ----------
    id : str
        Its name in the tests.
    what : str
        What breaks, in words.
    act : callable
        Breaks the site; a context manager undoes it at its end.
    outcomes : tuple of str
        What may come out for the part that the site's point rejects. Never PASS.
    said : str
        What some word of the answer must hold.
    when : tuple of When
        When it is tried.
    doors : tuple of Door
        Where it is tried.
    quick : tuple of Door
        Where it is tried in every run of the tests, and not by ``make faults`` alone.
    needs_disk : bool
        Whether it breaks a disk, which only root may mount.
    """

    id: str
    what: str
    act: Break
    outcomes: tuple[str, ...]
    said: str
    when: tuple[When, ...] = (When.BEFORE,)
    doors: tuple[Door, ...] = ALL
    quick: tuple[Door, ...] = ()
    needs_disk: bool = False

    def outcomes_at(self, door: Door) -> tuple[str, ...]:
        """Return what may come out at a door: a batch that is to be stored may be refused where it cannot be."""
        return (*self.outcomes, REFUSED) if door in ALL_STORED and REFUSED not in self.outcomes else self.outcomes


def _file(name: str, act: Callable[[Path], None]) -> Break:
    return lambda site: act(site.folder / name)


def _folder(act: Callable[[Path], None]) -> Break:
    return lambda site: act(site.folder)


def _model_files() -> Iterator[Fault]:
    """Yield every way to break every file of a model folder."""
    ways = (
        ("missing", "is missing", models.missing, "is missing"),
        ("changed", "has a flipped bit", models.changed, "changed"),
        ("cut", "is cut in half", models.cut, ""),
        ("unreadable", "cannot be opened", models.unreadable, "cannot be read"),
        ("pipe", "is a pipe", models.pipe, "no regular file"),
    )
    for name in ("model.toml", "model.xml", "model.bin", "familiarity.npz", "release-answers.npz"):
        for way, words, act, told in ways:
            # Without its spec a folder is no model; what a flipped bit says depends on where it is.
            said = "" if name == "model.toml" and way in ("missing", "changed") else told
            quick = (Door.API,) if way in ("missing", "cut") or name == "model.bin" else ()
            # A bit of the spec may be one of a title, which decides nothing.
            outcomes = (REFUSED, REJECT) if name == "model.toml" and way == "changed" else (REFUSED,)
            yield Fault(f"{name} {way}", f"`{name}` {words}", _file(name, act), outcomes, said, quick=quick)


MODEL_FAULTS: tuple[Fault, ...] = (
    *_model_files(),
    Fault(
        "roles exchanged", "the classes' roles are exchanged in `model.toml`", _folder(models.roles_exchanged),
        (REFUSED,), "was changed", quick=ALL,
    ),
    Fault("default raised", "the default thresholds are raised in `model.toml`", _folder(models.default_raised),
          (REFUSED,), "was changed", quick=(Door.API,)),
    Fault("truth value", "a threshold is `true` in `model.toml`", _folder(models.truth_value), (REFUSED,), "reject_at"),
    Fault("fit changed", "the input's preparation is changed in `model.toml`", _folder(models.fit_changed),
          (REFUSED,), "was changed"),
    Fault("nested", "`model.toml` is nested 20,000 deep", _folder(models.nested), (REFUSED,), "nested too deeply"),
    Fault("digits", "`model.toml` holds a number of 5,000 digits", _folder(models.digits), (REFUSED,), "model.toml"),
    Fault("hash line", "the hash of `familiarity.npz` is removed from `model.toml`", _folder(models.hash_line_removed),
          (REFUSED,), "was changed"),
    Fault("added", "a `model.keras` that the spec does not name lies in the folder", _folder(models.keras_added),
          (REFUSED,), "gives no sha256"),
    Fault("keras missing", "the `model.keras` that the spec names is missing", _folder(models.keras_missing),
          (REFUSED,), "model.keras is missing"),
    Fault("keras unreadable", "the `model.keras` that the spec names cannot be opened",
          _folder(models.keras_unreadable), (REFUSED,), "model.keras cannot be read"),
    Fault("folder link", "a link to itself lies in the folder's place", _folder(models.folder_is_a_link_to_itself),
          (REFUSED,), ""),
    Fault("weights", "the weights are changed, and all hashes written anew", _folder(models.weights_resealed),
          (REFUSED,), "does not answer as at release", quick=ALL),
    Fault("another", "another sound model lies under the id", _folder(models.another_model),
          (REVIEW,), "saved for another version of this model", quick=ALL),
)  # fmt: skip

LOADED_FAULTS: tuple[Fault, ...] = (
    Fault("loaded, bin missing", "`model.bin` is removed once the model is loaded", _file("model.bin", models.missing),
          (REFUSED,), "is missing", (When.RUNNING,), quick=(Door.API,)),
    Fault("loaded, bin cut", "`model.bin` is cut short in place once the model is loaded",
          _file("model.bin", models.cut), (REFUSED,), "changed", (When.RUNNING,)),
    Fault("loaded, roles", "the roles are exchanged once the model is loaded", _folder(models.roles_exchanged),
          (REFUSED,), "was changed", (When.RUNNING,), quick=(Door.API,)),
    Fault("loaded, weights", "changed weights under new hashes are put in once the model is loaded",
          _folder(models.weights_resealed), (REFUSED,), "does not answer as at release", (When.RUNNING,)),
    Fault("loaded, another", "another sound model is put in its place once it is loaded", _folder(models.another_model),
          (REVIEW, REFUSED), "", (When.RUNNING,), quick=(Door.API,)),
)  # fmt: skip
"""While the app runs it looks at its folders every five seconds; the page shows no verdict of a model that is gone."""

RECORD_FAULTS: tuple[Fault, ...] = (
    Fault("moved", "the file is moved away", records.moved_away, (REJECT,), LAST_KNOWN, BOTH, quick=ALL),
    Fault("emptied", "the file is emptied", records.emptied, (REJECT,), LAST_KNOWN, BOTH, quick=SERVED),
    Fault("folder", "its folder is moved away", records.folder_gone, (REJECT,), LAST_KNOWN, BOTH, quick=(Door.PAGE,)),
    Fault("damaged", "the file is overwritten from its beginning", records.damaged, (REJECT,), LAST_KNOWN, BOTH,
          quick=ALL),
    Fault("pages", "all but the file's first page is overwritten", records.pages_damaged, (REJECT,), LAST_KNOWN, BOTH,
          quick=(Door.PAGE,)),
    Fault("another program", "another program's database lies in its place", records.another_program, (REJECT,),
          LAST_KNOWN, BOTH, quick=(Door.PAGE,)),
    Fault("a folder", "a folder lies in the file's place", records.a_folder, (REJECT,), LAST_KNOWN, BOTH,
          quick=(Door.PAGE,)),
    Fault("a pipe", "a pipe lies in the file's place", records.a_pipe, (REJECT,), LAST_KNOWN, BOTH,
          quick=(Door.PAGE,)),
    Fault("a link", "a link to itself lies in the file's place", records.a_link_to_itself, (REJECT,), LAST_KNOWN, BOTH),
    Fault("rows", "every row about points is deleted", records.rows_deleted, (REJECT,), LAST_KNOWN, BOTH,
          quick=(Door.PAGE, Door.API)),
    Fault("set back", "an older copy is put in its place", records.set_back, (REJECT,), LAST_KNOWN, BOTH,
          quick=SERVED),
    Fault("another site's", "another site's records, with a milder point, lie in its place", records.another_sites,
          (REJECT,), LAST_KNOWN, BOTH, quick=(Door.PAGE,)),
    Fault("schema", "a newer version of the app wrote it", records.newer_schema, (REJECT,), "", BOTH,
          quick=(Door.PAGE,)),
    Fault("text", "the active thresholds are texts", records.threshold_as_text, (REJECT,), LAST_KNOWN, BOTH,
          quick=(Door.PAGE,)),
    Fault("table", "the table of changes is dropped", records.table_dropped, (REJECT,), LAST_KNOWN, BOTH,
          quick=(Door.PAGE, Door.API)),
    Fault("locked", "another program keeps it locked", records.locked, (REJECT,), LAST_KNOWN, BOTH, quick=ALL),
    Fault("read-only", "its disk can only be read", records.read_only, (REJECT,), "", BOTH, quick=(Door.PAGE, Door.API),
          needs_disk=True),
    Fault("disk full", "its disk is full to the last byte", records.disk_full, (REJECT,), "", BOTH,
          quick=(Door.PAGE, Door.API), needs_disk=True),
    Fault("forgotten", "the file is damaged, and the copy of the last known point lost", records.forgotten_too,
          (REVIEW,), "is not known", BOTH, quick=ALL),
    Fault("copy changed", "the file is damaged, and thresholds raised in the copy by hand", records.copy_changed_too,
          (REVIEW,), "is not known", BOTH, quick=(Door.PAGE, Door.API)),
    Fault("copy a pipe", "the file is damaged, and a pipe lies in the place of the copy", records.copy_is_a_pipe_too,
          (REVIEW,), "is not known", BOTH, quick=(Door.PAGE,)),
    Fault("copy nested", "the file is damaged, and the copy nested 100,000 deep", records.copy_is_nested_too,
          (REVIEW,), "is not known", BOTH),
    Fault("clock", "the clock is a day behind the newest record", records.clock_was_ahead, (REJECT,), "", BOTH,
          quick=(Door.PAGE,)),
)  # fmt: skip


def _part(act: Callable[[Path], None]) -> Break:
    return lambda site: act(site.photos / PART)


def _emptied(photo: Path) -> None:
    photo.write_bytes(b"")


def _zeroed(photo: Path) -> None:
    content = bytearray(photo.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 512] = bytes(512)
    photo.write_bytes(content)


PHOTO_FAULTS: tuple[Fault, ...] = (
    Fault("photo cut", "the photo is cut in half", _part(models.cut), (UNUSABLE,), ""),
    Fault("photo zeroed", "512 bytes in the middle of the photo are zero", _part(_zeroed), (UNUSABLE, REVIEW), "",
          quick=(Door.COMMAND_LINE,)),
    Fault("photo empty", "the photo's file is empty", _part(_emptied),
          (UNUSABLE,), ""),
    Fault("photo unreadable", "the photo cannot be opened", _part(models.unreadable), (UNUSABLE, REFUSED), "",
          doors=(Door.COMMAND_LINE,)),
    Fault("photo pipe", "the photo is a pipe", _part(models.pipe), (UNUSABLE, REFUSED), "", doors=(Door.COMMAND_LINE,)),
)  # fmt: skip


def _nothing(_: Site) -> None:
    """Break nothing: the test of such a fault does it itself."""


SPECIAL_FAULTS: tuple[Fault, ...] = (
    Fault("memory", "memory is short", _nothing, (REJECT, REVIEW, UNUSABLE, REFUSED), "", (When.RUNNING,),
          (Door.COMMAND_LINE, Door.API)),
    Fault("table's disk", "the disk of the written table is full", _nothing, (REJECT,), "Make room", (When.RUNNING,),
          (Door.COMMAND_LINE,), (Door.COMMAND_LINE,)),
    Fault("bin gone in a batch", "`model.bin` is removed while 200 photos are judged", _nothing, (REJECT, REFUSED), "",
          (When.RUNNING,)),
    Fault("model replaced in a batch", "another sound model is put in its place while 200 photos are judged", _nothing,
          (REJECT, REFUSED), "", (When.RUNNING,)),
    Fault("roles in a batch", "the roles are exchanged while 200 photos are judged", _nothing,
          (REJECT, REFUSED), "",
          (When.RUNNING,)),
    Fault("photos cut in a batch", "photos are cut in half while 200 are judged", _nothing, (REJECT, REVIEW, UNUSABLE),
          "", (When.RUNNING,), (Door.COMMAND_LINE,)),
    Fault("records gone in a batch", "the records are moved away while 200 photos are judged", _nothing, (REJECT,), "",
          (When.RUNNING,)),
    Fault("records gone in a stored batch", "the records are moved away while 200 photos are judged and stored",
          _nothing, (REJECT,), "", (When.RUNNING,), (Door.STORED,)),
    Fault("var", "all of `var/` is lost, and no setting places anything elsewhere", _nothing, (REJECT,), LAST_KNOWN,
          (When.BEFORE,), (Door.COMMAND_LINE,)),
    Fault("killed", "the process is killed while 200 photos are judged, and started again", _nothing, (REJECT,), "",
          (When.RUNNING,), (Door.COMMAND_LINE, Door.API)),
    Fault("browser", "the records are moved away while the page is open", _nothing, (REJECT,), LAST_KNOWN,
          (When.RUNNING,), (Door.BROWSER,)),
    Fault("server stopped", "the PostgreSQL server is stopped", _nothing, (REJECT,), LAST_KNOWN, (When.RUNNING,),
          (Door.COMMAND_LINE, Door.PAGE)),
    Fault("server's password", "the PostgreSQL server refuses the password", _nothing, (REJECT,), LAST_KNOWN,
          (When.RUNNING,), (Door.COMMAND_LINE, Door.PAGE)),
    Fault("server's table", "another client of PostgreSQL keeps the tables locked", _nothing, (REJECT,), LAST_KNOWN,
          (When.RUNNING,), (Door.COMMAND_LINE, Door.PAGE)),
    Fault("server still", "the PostgreSQL server stands still: it takes words, and nobody answers", _nothing, (REJECT,),
          LAST_KNOWN, (When.RUNNING,)),
    Fault("network", "the network swallows what is sent to PostgreSQL", _nothing, (REVIEW,), "is not known",
          (When.RUNNING,), (Door.COMMAND_LINE, Door.PAGE)),
)  # fmt: skip
"""Each has a test of its own, named in `tests.faults.test_special_faults.TESTS`."""

GROUPS: dict[str, tuple[Fault, ...]] = {
    "Model folder": MODEL_FAULTS,
    "Model folder of a loaded model": LOADED_FAULTS,
    "Records": RECORD_FAULTS,
    "Photo": PHOTO_FAULTS,
    "Memory, disk, process, network": SPECIAL_FAULTS,
}


@dataclass(frozen=True)
class Cell:
    """One fault at one door at one time."""

    fault: Fault
    door: Door
    when: When

    @property
    def is_quick(self) -> bool:
        """Whether it is part of every run of the tests."""
        # Before the start the API costs a server of its own for each fault of the records.
        own_server = self.fault in RECORD_FAULTS and self.door is Door.API and self.when is When.BEFORE
        return self.door in self.fault.quick and not own_server


def cells_of(faults: tuple[Fault, ...], door: Door, when: When) -> list[Cell]:
    """Return the cells of some faults at a door and a time."""
    return [Cell(fault, door, when) for fault in faults if is_covered(fault, door) and when in fault.when]


def is_covered(fault: Fault, door: Door) -> bool:
    """Return whether a fault is tried at a door: stored batches meet those of the records, a taught model its own."""
    if door is Door.TAUGHT:
        return fault in MODEL_FAULTS
    return door in fault.doors or (door in ALL_STORED and fault in RECORD_FAULTS)


def columns_of(faults: tuple[Fault, ...]) -> list[Door]:
    """Return the doors at which any of some faults is tried."""
    return [door for door in Door if any(is_covered(fault, door) for fault in faults)]


def as_markdown() -> str:
    """Return the matrix as ``docs/faults.md`` shows it; a cell without a test reads "not covered"."""
    lines = []
    for title, faults in GROUPS.items():
        columns = columns_of(faults)
        lines += [
            f"### {title}",
            "",
            f"| what breaks | when | {' | '.join(columns)} |",
            "|---|---|" + "---|" * len(columns),
        ]
        for fault in faults:
            found = [
                " or ".join(fault.outcomes_at(door)) if is_covered(fault, door) else "**not covered**"
                for door in columns
            ]
            lines.append(f"| {fault.what} | {' and '.join(fault.when)} | {' | '.join(found)} |")
        lines.append("")
    return "\n".join(lines)
