"""The tests, a package so that they share the makers of model folders and photo files."""
