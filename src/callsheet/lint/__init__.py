"""What a scenario may be: diagnostics with stable codes, one file per family of rules."""
