"""Secrets are taken out of everything that is written or shown, in whatever form they come. Pure."""
