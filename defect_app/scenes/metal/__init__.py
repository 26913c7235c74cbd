"""Tall grey pictures of metal parts, sound or cracked."""
