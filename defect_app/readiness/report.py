"""The outcome of a self-test: each model, each thing that the machine must give, and one sentence about it all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

State = Literal["as at release", "out of service", "not checked"]


@dataclass(frozen=True)
class ModelCheck:
    """One model.

    Attributes
    ----------
    id, title : str
        Which it is.
    state : {"as at release", "out of service", "not checked"}
        Not checked is a model whose folder holds no release answers: it serves, and nobody can say how well.
    problem : str
        Why it is out of service, in plain words.
    """

    id: str
    title: str
    state: State
    problem: str = ""


@dataclass(frozen=True)
class MachineCheck:
    """One thing that the machine must give.

    Attributes
    ----------
    name : {"records", "disk", "clock"}
        What.
    problem : str
        What is wrong and what to do, in plain words; empty where all is well.
    """

    name: Literal["records", "disk", "clock"]
    problem: str = ""


@dataclass(frozen=True)
class Readiness:
    """What a self-test found.

    Attributes
    ----------
    at : datetime
        When, in UTC.
    models : tuple of ModelCheck
        Every model on disk.
    machine : tuple of MachineCheck
        All else.
    """

    at: datetime
    models: tuple[ModelCheck, ...]
    machine: tuple[MachineCheck, ...]

    @property
    def ready(self) -> bool:
        """Whether there are models, none is out of service, and nothing else is wrong."""
        return bool(self.models) and not self.problems

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, a sentence each; empty where all is well."""
        found = [f"{m.id}: {m.problem}" for m in self.models if m.state == "out of service"]
        return (*found, *(m.problem for m in self.machine if m.problem))

    @property
    def sentence(self) -> str:
        """All of it in one sentence: "Ready: 16 of 16 models answered as at release."."""
        return f"{'Ready' if self.ready else 'Not ready'}: {self._counts}."

    @property
    def _counts(self) -> str:
        if not self.models:
            return "there is no model"
        fine = sum(m.state == "as at release" for m in self.models)
        unchecked = sum(m.state == "not checked" for m in self.models)
        total = len(self.models) - unchecked
        said = f"{fine} of {total} model{'s' * (total != 1)} answered as at release"
        if unchecked:
            said += f", {unchecked} without release answers {'are' if unchecked > 1 else 'is'} not checked"
        wrong = [m.name for m in self.machine if m.problem]
        return said + (f"; look at the {' and the '.join(wrong)}" if wrong else "")

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {
            "ready": self.ready,
            "said": self.sentence,
            "at": self.at.isoformat(timespec="seconds"),
            "problems": list(self.problems),
            "models": [asdict(m) for m in self.models],
            "machine": [asdict(m) for m in self.machine],
        }
