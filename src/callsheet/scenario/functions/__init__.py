"""The functions of expressions (docs/expressions.md), a file for each kind of value."""
