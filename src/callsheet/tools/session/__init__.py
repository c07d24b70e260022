"""One connection to one tool server: its session, what it offers, and what it says between calls."""
