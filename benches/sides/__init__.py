"""The sides of the pairs that are processes of their own, and what speaks to them."""
