"""The parts of the Inspect page, from the drop to the downloads."""
