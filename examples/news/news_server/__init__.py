"""An MCP server that finds where a news story was published first.

Example program of Callsheet. It stands on its own: it imports nothing from the product.
"""
