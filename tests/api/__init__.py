"""The door, with the real app over honest twins."""
