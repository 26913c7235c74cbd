"""Cardboard boxes in a room, whole or crushed, torn, wet."""
