"""Graphs of taught models: the bundled network's layers, what is pooled from them, and the heads that judge by it."""
