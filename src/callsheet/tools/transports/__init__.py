"""The ways to a tool server, each with bounds of its own: stdio, streamable HTTP, and the SSE of 2024-11-05."""
