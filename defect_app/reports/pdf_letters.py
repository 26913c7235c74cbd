"""Letters of PDF reports: fonts for most scripts, embedded as far as they are used, and a sign for what they lack."""

from __future__ import annotations

import unicodedata
from collections.abc import Set
from pathlib import Path

from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

FONTS = Path(__file__).parent / "fonts"
FAMILY = "DejaVu"
FALLBACK = "DroidFallback"
MISSING = "\N{WHITE SQUARE}"
"""Stands for a letter that no font here has."""
_RIGHT_TO_LEFT = ("R", "AL")


class Letters:
    """The fonts of one PDF file, each added when it is first needed: the one for East Asia takes a while to read.

    Parameters
    ----------
    pages : FPDF
        The file.

    Attributes
    ----------
    some_missing : bool
        Whether any text so far had a letter that no font here has.
    """

    def __init__(self, pages: FPDF) -> None:
        self._pages = pages
        self._own = self._added(FAMILY, "", "DejaVuSans.ttf") & self._added(FAMILY, "B", "DejaVuSans-Bold.ttf")
        self._further: Set[int] | None = None
        self.some_missing = False

    def drawable(self, text: str) -> str:
        """Return text as it is drawn from left to right, with a sign for each letter that no font here has.

        Letters are drawn one by one: Arabic is not joined.
        """
        text = unicodedata.normalize("NFC", text)
        if any(letter > "\xff" for letter in text):
            text = "".join(map(self._known, text))
        if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
            text = "\n".join(BidiParagraph(line, TextDirection.LTR).get_reordered_string() for line in text.split("\n"))
        return text

    def fitted(self, text: str, width: float) -> str:
        """Return drawable text that is at most so wide in the font at hand, its end left out where it is too long."""
        text = self.drawable(text)
        if self._pages.get_string_width(text) <= width:
            return text
        while text and self._pages.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text}…"

    def close(self) -> None:
        """Close the fonts' files."""
        for font in self._pages.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def _known(self, letter: str) -> str:
        if letter.isspace() or ord(letter) in self._own:
            return letter
        if self._further is None:
            self._further = self._added(FALLBACK, "", "DroidSansFallback.ttf")
            self._pages.set_fallback_fonts([FALLBACK], exact_match=False)
        if ord(letter) in self._further:
            return letter
        self.some_missing = True
        return MISSING

    def _added(self, family: str, style: str, file: str) -> Set[int]:
        """Add a font and return the code points that it has."""
        self._pages.add_font(family, style, FONTS / file)
        font = self._pages.fonts[f"{family.lower()}{style}"]
        assert isinstance(font, TTFFont), "fonts from files are of that kind"
        return frozenset(font.cmap)
