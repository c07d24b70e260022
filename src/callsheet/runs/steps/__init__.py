"""The executors of the step types, one file per type."""
