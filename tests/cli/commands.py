"""What the fixtures that run a command give: a function from arguments to status and what came out."""

from collections.abc import Callable
from typing import Any

Record = dict[str, Any]

Classify = Callable[..., tuple[int, list[Record], str]]
"""``classify`` on given paths: status, the record of each photo, standard error."""
ClassifyOne = Callable[..., tuple[int, Record, str]]
"""``classify`` on one photo: status, its record, standard error."""
Points = Callable[..., tuple[int, str, str]]
"""``points`` with given arguments: status, standard output, standard error."""
