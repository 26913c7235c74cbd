"""The parts of the Explain page, from the photo to the measured quality of the maps."""
