"""`python -m simulator --port 18100`: run the carrier until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from simulator.app import App
from simulator.history import History
from simulator.httpd import serve
from simulator.world import World

new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with contextlib.suppress(ImportError):
    from uvloop import new_event_loop as new_loop


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="A carrier that behaves like Twilio."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=18100, help="0 chooses a free one")
    parser.add_argument(
        "--latency-ms", type=float, default=None, help="time to answer a request (default 50)"
    )
    parser.add_argument("--config", type=Path, help="JSON: accounts, services, numbers, behaviour, handsets")
    parser.add_argument(
        "--history", type=Path, help="SQLite file that keeps the handsets' texts over a restart"
    )
    return parser.parse_args(argv)


def build(options: argparse.Namespace) -> World:
    """Make the carrier as the command line and its file say. SystemExit names what is wrong with the file."""
    world = World()
    try:
        if options.config:
            world.carrier.configure(json.loads(options.config.read_text()))
        if options.latency_ms is not None:
            world.carrier.behave({"latency_ms": options.latency_ms})
    except (OSError, ValueError) as error:
        raise SystemExit(f"simulator: {options.config}: {error}") from error
    return world


async def run(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(
            number, signal.SIG_DFL
        )  # a shell that starts us in the background leaves SIGINT ignored
        loop.add_signal_handler(number, stop.set)
    world = build(options)
    history = History(options.history, world.carrier) if options.history else None
    server, connections = await serve(App(world), options.host, options.port)
    port = server.sockets[0].getsockname()[1]
    print(f"simulator ready http://{options.host}:{port}", flush=True)
    writer = loop.create_task(history.keep_writing()) if history else None
    await stop.wait()
    server.close()
    world.sender.close()
    if history and writer:
        writer.cancel()
        history.close()
    for connection in list(connections):
        connection.drop()


def main() -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    gc.set_threshold(50_000, 20, 100)  # many small long-lived objects: rare collections keep the answers even
    options = arguments()
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(run(options))


if __name__ == "__main__":
    main()
