"""Makes file names safe to show and to put into a spreadsheet; a name is data, never a path."""

import unicodedata
from collections.abc import Sequence
from typing import Final

MAX_SHOWN_CHARACTERS: Final = 60
_MAX_SUFFIX_CHARACTERS: Final = 12
_FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
# Joiners shape emoji and several scripts, and cannot reorder or hide anything by themselves.
_HARMLESS_FORMAT_CHARACTERS: Final = "\u200c\u200d"
_SYSTEM_FILES: Final = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"))


def distinct_names(names: Sequence[str]) -> list[str]:
    """Return the names of a batch's files as `display_name` does, but so that no two look alike.

    Long names that agree where they are shortened are cut around the place where they differ; what is equal even so,
    as where several files bear one name, is numbered by its place in the batch.
    """
    shown = [display_name(name) for name in names]
    for alike in _alike(shown):
        whole = [visible_name(names[i]) for i in alike]
        if len(set(map(_looks, whole))) > 1:
            start = max(0, _agreeing(whole) - 6)
            for i, name in zip(alike, whole, strict=True):
                shown[i] = f"{name[:10]}…{name[start : start + 30]}…{name[-16:]}"
    for alike in _alike(shown):
        for i in alike:
            shown[i] = f"{shown[i]} (no. {i + 1})"
    return shown


def _agreeing(names: Sequence[str]) -> int:
    """Return how many characters names have in common from their beginning."""
    letters = enumerate(zip(*names, strict=False))
    return next((i for i, at_i in letters if len(set(at_i)) > 1), min(map(len, names)))


def _alike(shown: Sequence[str]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for i, name in enumerate(shown):
        groups.setdefault(_looks(name), []).append(i)
    return [alike for alike in groups.values() if len(alike) > 1]


def _looks(name: str) -> str:
    """Return what an eye tells names by: accents in one form, spaces of any kind and number as one, no joiners."""
    visible = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())


def display_name(name: object) -> str:
    """Return a file name that is safe to show as text.

    Control characters, NUL, marks that reverse the reading direction, and other invisible characters become "\ufffd";
    a long name is shortened in the middle and keeps its ending. Escaping for HTML or Markdown is left to whoever
    draws it.

    Parameters
    ----------
    name : object
        The name as the user's machine gave it.

    Returns
    -------
    str
        At most 60 characters, never empty.
    """
    cleaned = visible_name(name)
    if len(cleaned) <= MAX_SHOWN_CHARACTERS:
        return cleaned
    dot = cleaned.rfind(".")
    suffix = cleaned[dot:] if dot > 0 and len(cleaned) - dot <= _MAX_SUFFIX_CHARACTERS else ""
    kept = MAX_SHOWN_CHARACTERS - len(suffix) - 1
    end_of_stem = len(cleaned) - len(suffix)
    tail = kept // 3
    return cleaned[: kept - tail] + "…" + cleaned[end_of_stem - tail : end_of_stem] + suffix


def visible_name(name: object) -> str:
    """Return a file name in full, with "\ufffd" for every character that is invisible or reorders the others."""
    return visible_text(str(name)).strip() or "unnamed"


def visible_text(text: str) -> str:
    """Return text with "\ufffd" for every character that is invisible or reorders the others."""
    return "".join("\ufffd" if _is_unsafe(character) else character for character in text)


def spreadsheet_safe(text: object) -> str:
    """Return text that a spreadsheet shows as text: what would begin a formula gets an apostrophe in front."""
    shown = str(text)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) or shown.lstrip().startswith(_FORMULA_STARTS) else shown


def is_system_file(name: str) -> bool:
    """Return whether a name belongs to a file that the operating system left behind, or to a hidden one."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return last.startswith(".") or last.lower() in _SYSTEM_FILES


def _is_unsafe(character: str) -> bool:
    """Return whether a character is invisible, or changes how those around it are shown."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and (
        character not in _HARMLESS_FORMAT_CHARACTERS
    )
