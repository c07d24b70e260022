"""The HTTP side's parts of a system, by its settings: of the whole API, and of what a worker answers."""

from datetime import timedelta

from callsheet import __version__
from callsheet.access.rates import Rate
from callsheet.api.draining import Draining
from callsheet.api.gate import Gate
from callsheet.api.options import ApiOptions, CallRates
from callsheet.api.parts import Parts
from callsheet.api.sources import Sources
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.settings import Settings
from callsheet.system import System


def parts_of(settings: Settings, system: System, draining: Draining, gate: Gate) -> Parts:
    """What routes work with.

    Args:
        settings: as `callsheet.settings.load_settings` gives them.
        system: is at work.
        draining: begins when the process is to stop.
        gate: see `gate_of`.
    """
    engine = system.engine
    return Parts(
        runs=system.runs,
        answers=system.answers,
        catalog=system.catalog,
        saved=system.saved,
        tools=system.tools,
        playground=system.playground,
        secrets=system.secrets,
        triggers=system.triggers,
        hooks=system.hooks,
        journal_check=system.journal.check,
        engine_check=engine.check,
        draining=draining,
        gate=gate,
        scrape=system.telemetry.scrape(lambda: engine.queued, lambda: engine.running, lambda: gate.acts.lost),
        observer=system.telemetry.requests,
        options=_options(settings),
    )


def gate_of(settings: Settings, system: System) -> Gate:
    """Who is let in, by these settings."""
    rates = _rates(settings)
    return Gate.over(
        system.access,
        clock=SystemClock(),
        entropy=SystemEntropy(),
        asks=settings.auth == "on",
        session_length=timedelta(hours=settings.session_hours),
        guesses=rates and rates.guesses,
    )


def _options(settings: Settings) -> ApiOptions:
    return ApiOptions(
        version=__version__,
        allowed_hosts=settings.hosts,
        secure_cookies=(settings.public_url or "").startswith("https:"),
        oidc_name=settings.oidc_name if settings.oidc_issuer else "",
        max_body=settings.max_body_bytes,
        rates=_rates(settings),
        sources=Sources.parse(settings.trusted_proxies),
    )


def _rates(settings: Settings) -> CallRates | None:
    """Where nobody is asked who they are, nobody is counted either: it is this machine alone that calls."""
    if settings.auth != "on":
        return None
    return CallRates(key=Rate.parse(settings.key_rate), source=Rate.parse(settings.source_rate))
