"""What the MCP endpoint of a system is built from, whoever serves it."""

from callsheet import __version__
from callsheet.access.acts import Acts
from callsheet.mcp_endpoint.parts import EndpointOptions, EndpointParts, OnDisconnect
from callsheet.settings import Settings
from callsheet.system import System


def endpoint_parts(system: System, settings: Settings, acts: Acts) -> EndpointParts:
    """The parts of `system`; `acts` writes the audit log."""
    return EndpointParts(
        runs=system.runs,
        answers=system.answers,
        catalog=system.catalog,
        tools=system.tools,
        cipher=system.cipher,
        acts=acts,
        caused_by=system.telemetry.caused_by,
        options=EndpointOptions(
            version=__version__,
            on_disconnect=OnDisconnect(settings.mcp_on_disconnect),
            trusted=system.trusted,
            max_body=settings.max_body_bytes,
        ),
    )
