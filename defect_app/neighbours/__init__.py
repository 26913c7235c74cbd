"""What looks like a photo to a model: the nearest training pictures of each class, with labels and distances."""
