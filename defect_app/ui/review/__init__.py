"""Review: a queue of photos answered by keys, what reviewers disagree on, and what their answers say of the line."""
