"""The parts of the Thresholds page, from the draggable lines to the saved points."""
