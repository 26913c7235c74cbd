"""The Studies page: variants of one recipe side by side, tested against each other and beside a report."""
