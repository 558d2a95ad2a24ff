"""VJPs of picking elements out of arrays and of putting arrays together."""
