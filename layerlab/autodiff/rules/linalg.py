"""VJPs of products and decompositions of matrices."""
