"""One web process on a listening socket that the supervisor made: `python -m itsm.web <file descriptor>`."""

import socket
import sys

import uvicorn

GRACE_SECONDS = 3
KEEP_ALIVE_SECONDS = 75


def main(descriptor: int) -> None:
    """Serves until it is told to stop. A client's keep-alive connection outlasts the pauses of a monitoring tool."""
    config = uvicorn.Config(
        "itsm.asgi:application",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        server_header=False,
        proxy_headers=True,
        backlog=2048,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
