"""Adapters of the Engine port, and the machine's clock and randomness."""
