"""Fine-tuning a taught product: upper blocks of its network trained on its own photos, measured on the head's folds.

What is imported here needs no TensorFlow; `run` trains, in a process of its own.
"""
