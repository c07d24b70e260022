"""`callsheet serve`: what it does."""

from datetime import UTC, datetime

from loguru import logger

from callsheet.api.binding import listen
from callsheet.cli.commands.serve import ServeOptions
from callsheet.cli.failures import DONE
from callsheet.cli.screen import write
from callsheet.cli.serving import Service, serving
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.errors.kinds import Unavailable
from callsheet.runs.ports import Catalog
from callsheet.settings import Settings, environment, setting_origins
from callsheet.storage import database_url


async def act(options: ServeOptions) -> int:
    """Serve until a signal; the exit status."""
    with surroundings(options.places, quiet=False) as settings:
        if not options.worker:
            database_url(settings, "no other process could execute the runs")
        asks = settings.auth == "on"
        listener = listen(settings.host, settings.port, asks=asks, allowed_hosts=settings.hosts)
        origins = setting_origins(options.places.overrides(), options.places.base())
        async with serving(settings, environment(), listener, worker=options.worker, origins=origins) as service:
            await _introduce(service, settings)
            if not options.worker:
                write("This process executes no runs: 'callsheet worker' does, on the same database.")
            await service.stopped()
            logger.info("Stopping: no new runs; steps at work may end within {} s.", settings.drain_timeout)
    return DONE


async def _introduce(service: Service, settings: Settings) -> None:
    servers = service.system.tools.servers()
    write(f"Callsheet listens on {service.url}  (web UI at the root, API page: {service.url}/docs)")
    write(f"  scenarios     {await scenarios_of(service.system.catalog)} in {one_line(str(settings.scenarios))}")
    write(f"  tool servers  {', '.join(one_line(server.name) for server in servers) or 'none'}")
    write(f"  data          {one_line(str(settings.data))}")
    asked = "are asked who they are" if settings.auth == "on" else "are not asked who they are"
    write(f"  callers       {asked} (auth = {settings.auth})")
    write("Ctrl-C stops it; what is unfinished then goes on at the next start.")
    if settings.auth == "off":
        logger.info("Callers need not say who they are: every user of this machine can reach {}.", service.url)
    elif not settings.oidc_issuer and not await _is_any_key(service):
        logger.warning(
            "Nobody can call, for there is no API key. {}'callsheet keys create NAME --role admin' makes one.",
            "" if settings.database_url else "Stop this service, which alone writes its folder; then ",
        )


async def _is_any_key(service: Service) -> bool:
    try:
        return any(key.counts(datetime.now(UTC)) for key in await service.system.access.keys.list())
    except Unavailable as exc:
        logger.warning("{}", exc.message)
        return True  # not known now


async def scenarios_of(catalog: Catalog) -> str:
    """How many there are, for a person; that a database is away for a moment does not end a process that serves."""
    try:
        entries = await catalog.list()
    except Unavailable as exc:
        logger.warning("{}", exc.message)
        return "not known now,"
    broken = sum(entry.scenario is None for entry in entries)
    return f"{len(entries)}, {broken} of them broken ('callsheet scenarios' says why)," if broken else f"{len(entries)}"
