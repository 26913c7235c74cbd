"""Who owns loaded models and the threads that judge; how a process begins; batches that outlive their page."""
