"""The same judging on several machines: Ray Data spreads the files, each process judges as the local pipeline does."""
