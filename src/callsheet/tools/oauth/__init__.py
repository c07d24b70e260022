"""Signing in to tool servers with OAuth 2.1."""
