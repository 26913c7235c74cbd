"""The decision sheet of a saved operating point: gathered once, written as HTML or PDF."""
