"""Phones with whole, scratched or cracked screens."""
