"""One database, SQLite or PostgreSQL: its tables, its migrations, and its failures in words."""
