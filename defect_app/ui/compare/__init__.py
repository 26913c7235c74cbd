"""The parts of the Compare page: models side by side, the photos they differ on, published figures."""
