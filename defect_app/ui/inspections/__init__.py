"""The Inspections page: all that was judged and stored."""
