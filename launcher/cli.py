"""The words that ./evenkeel understands."""

import argparse
import os
import signal
import sys

from launcher import checking, console, doctor, ports, throwaway, up
from launcher.console import Failure
from launcher.places import CHECKOUT

OWN_ARGUMENTS = {"manage", "test", "bench", "prove"}


def main(words: list[str]) -> int:
    """Runs one command and answers its exit code. Ctrl-C and its relatives end it tidily, also in the background of a script."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    _keep_bytecode()
    try:
        return _run(words)
    except Failure as failure:
        console.warn(f"\n{failure}")
        return 1
    except KeyboardInterrupt:
        console.warn("\nInterrupted.")
        return 130


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _keep_bytecode() -> None:
    """Compiled modules are kept, in a folder of their own: without them each process compiles the whole product anew, for seconds of its start."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(CHECKOUT / "var" / "pycache"))


def _run(words: list[str]) -> int:
    if words and words[0] in OWN_ARGUMENTS:
        return _with_own_arguments(words[0], words[1:])
    options = _parser().parse_args(words)
    handlers = {"up": up.up, "stop": up.stop, "status": up.status, "check": checking.check, "doctor": doctor.doctor}
    if options.command is None:
        _parser().print_help()
        return 2
    return handlers[options.command](options)


def _with_own_arguments(command: str, rest: list[str]) -> int:
    """Commands that hand all further words on."""
    if command == "manage":
        return up.manage(rest, os.environ.get("EVENKEEL_DATA_DIR", ""))
    if command == "test":
        return throwaway.test(rest)
    if command == "bench":
        return throwaway.bench(rest)
    return throwaway.prove(rest)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./evenkeel", description="Sets up, runs and examines Evenkeel.")
    commands = parser.add_subparsers(dest="command", metavar="command")
    start = commands.add_parser("up", help="set everything up and run the product until Ctrl-C")
    start.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for every address (default 127.0.0.1)")
    start.add_argument("--port", type=int, default=ports.DEFAULT, help="port to listen on, or the next free one (default 8000)")
    start.add_argument("--empty", action="store_true", help="no demonstration company; prints the first administrator")
    for name, what in (("stop", "stop the running product"), ("status", "say whether it runs and where"), ("doctor", "look for what is wrong")):
        commands.add_parser(name, help=what)
    for name in ("up", "stop", "status", "doctor"):
        commands.choices[name].add_argument("--data-dir", default="", help="where database, attachments, keys and logs are kept")
    commands.add_parser("check", help="all static checks")
    commands.add_parser("test", help="every test; further words go to pytest")
    commands.add_parser("bench", help="measure speed against a throw-away database")
    commands.add_parser("prove", help="long proofs: prove without a name lists them")
    commands.add_parser("manage", help="manage.py against this installation")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
