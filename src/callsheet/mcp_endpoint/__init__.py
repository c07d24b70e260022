"""Scenarios served as MCP tools: a call is a run."""
