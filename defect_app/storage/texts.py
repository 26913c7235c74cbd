"""Text as both databases take it."""


def storable(text: str) -> str:
    """Return text without what no database keeps alike: NUL, and bytes of a name that are no characters, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
