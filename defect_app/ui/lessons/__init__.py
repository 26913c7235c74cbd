"""The Lessons page: guided paths over the real pages, each a TOML file, and the inspector's exam."""
