"""The names of people and keys: short, of one line, and the same to every eye."""

from __future__ import annotations

import unicodedata
from typing import Final

from defect_app.errors import InvalidPerson

LONGEST: Final = 80


def checked_name(name: str) -> str:
    """Return a name as it is kept.

    Raises
    ------
    InvalidPerson
        If it is empty, too long, or holds what is not to be seen.
    """
    plain = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(plain) <= LONGEST:
        raise InvalidPerson(f"A name of {len(plain)} characters is not taken.", f"Choose 1 to {LONGEST} characters.")
    if not plain.isprintable():
        raise InvalidPerson("The name holds characters that are not to be seen.", "Use letters, digits and spaces.")
    return plain
