"""The journal in one SQLite file of one machine."""
