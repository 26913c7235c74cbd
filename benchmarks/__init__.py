"""What measures speed, memory and start-up, each beside its peer or its budget, in one run."""
