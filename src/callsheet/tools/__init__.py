"""Adapters of the Tools port: the pool of connections to MCP servers."""
