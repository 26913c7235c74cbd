"""The Teach page: photos in, a model of one's own product out."""
