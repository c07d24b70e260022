"""The app served by uvicorn, until a signal or `Draining` ends it."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeAlias, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.api.bounded_heads import BoundedHeads
from callsheet.api.counted import counted
from callsheet.api.draining import Draining
from callsheet.api.places import Places
from callsheet.api.slow_heads import HEAD_SECONDS, SlowHeads
from callsheet.api.slow_readers import SEND_SECONDS, SlowReaders, abort
from callsheet.api.sse import ABORT, forget_shutdown

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

_Sweep: TypeAlias = Callable[[Any, float], None]
"""Looks at all open connections, and drops some."""


async def serve(
    app: ASGIApp,
    *,
    listener: socket.socket,
    draining: Draining,
    on_ready: Callable[[], None] | None = None,
    graceful_seconds: int = 20,
    head_seconds: float = HEAD_SECONDS,
    send_seconds: float = SEND_SECONDS,
    places: Places | None = None,
    signals: bool = True,
) -> None:
    """Serve `app` on `listener` until SIGTERM, SIGINT or `draining.start()`; then let requests end and return.

    A signal starts `draining`, whose callbacks run at once. A second SIGINT does not wait for requests any more.
    Signals are only watched on the main thread; their former handlers are back when this returns.

    Args:
        app: made by `create_app` with the same `draining`.
        listener: made by `callsheet.api.binding.listen`; closed when this returns.
        draining: begins when the service is to stop.
        on_ready: called when requests are accepted.
        graceful_seconds: how long requests may take to end before they are cancelled.
        head_seconds: how long the head of a request may take to arrive.
        send_seconds: how long a peer may hardly take anything of what waits for it: see `SlowReaders`.
        signals: whether signals are watched; else whoever watches them starts `draining`.
        places: how many connections each source may have; None for any number.
    """
    config = uvicorn.Config(
        _WithAbort(app),
        interface="asgi3",
        http=BoundedHeads if places is None else counted(places),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=2000,
        timeout_graceful_shutdown=graceful_seconds,
    )
    sweepers = (SlowHeads(head_seconds).sweep, SlowReaders(send_seconds).sweep)
    try:
        await _Server(config, draining, on_ready or _nothing, sweepers, signals=signals).serve(sockets=[listener])
    finally:
        listener.close()
        forget_shutdown()


class _Server(uvicorn.Server):
    """uvicorn's server, but `serve` returns after a signal.

    uvicorn raises the signal again at the end, which would kill the process before the parts of the system are closed.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        draining: Draining,
        on_ready: Callable[[], None],
        sweepers: Sequence[_Sweep],
        *,
        signals: bool,
    ) -> None:
        super().__init__(config)
        self._sweepers = sweepers
        self._signals = signals
        self._draining = draining
        self._on_ready = on_ready
        draining.call(self._stop)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server.startup`."""
        await super().startup(sockets)
        self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        """See `uvicorn.Server.on_tick`: ten times a second."""
        if counter % 10 == 0:
            for sweep in self._sweepers:
                sweep(cast("Any", self.server_state.connections), asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """See `uvicorn.Server.capture_signals`."""
        if not self._signals or threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        former = {number: signal.getsignal(number) for number in _SIGNALS}
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._on_signal, number)
        try:
            yield
        finally:
            for number, handler in former.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

    def _on_signal(self, number: int) -> None:
        if self._draining.started:
            self.handle_exit(number, None)
        else:
            self._draining.start()

    def _stop(self) -> None:
        # Through uvicorn's handler, which sse-starlette has put its own before: streams hear of it that way too.
        self.handle_exit(signal.SIGTERM, None)


class _WithAbort:
    """Tells the app, in the scope, how to drop the connection; ASGI itself has no way."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection. `send` is a method of uvicorn's request, which knows its transport."""
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            scope[ABORT] = partial(abort, transport)
        await self._app(scope, receive, send)


def _nothing() -> None:
    """Nobody wants to know."""
