"""Calls of tools: whose turn it is, questions and tasks on the way, and what came back."""
