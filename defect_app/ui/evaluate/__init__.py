"""The parts of the Evaluate page, from the choice of photos to the downloads."""
