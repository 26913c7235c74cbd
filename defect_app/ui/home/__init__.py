"""The Home page: a door for a person's own photos, three ways on, and the tour."""
