"""Adapters of the Journal port."""
