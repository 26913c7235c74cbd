"""The Glossary page: each term of the field that a page shows, with its formula, an example and how it misleads."""
