"""Results as files to take away; nothing here draws on a page."""
