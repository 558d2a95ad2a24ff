"""VJPs of functions that move elements without changing them."""
