"""Pump-impeller castings seen from above."""
