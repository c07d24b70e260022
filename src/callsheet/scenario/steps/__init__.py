"""The step types as documents write them, one file per type."""
