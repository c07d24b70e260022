"""Callsheet runs scenarios: declarative documents whose steps call tools of MCP servers, durably and without a model.

This module is the whole public library; everything else may change between releases.
"""

from callsheet.errors import CallsheetError

__all__ = ["CallsheetError", "__version__"]

__version__ = "0.1.0"
