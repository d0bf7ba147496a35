"""The listening socket: made here, handed to every web process, so that a restart refuses nobody."""

import errno
import socket

from launcher.console import Failure

DEFAULT = 8000
TRIES = 50
BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A listening socket at the port, or at the next free one above it. Raises Failure when there is none or the host is not ours."""
    for candidate in range(port, min(port + TRIES, 65536)):
        found = _bind(host, candidate)
        if found is not None:
            return found
    raise Failure(f"The ports {port} to {port + TRIES - 1} are all taken.", "Choose another with --port.")


def _bind(host: str, port: int) -> socket.socket | None:
    """The socket, or None when the port is taken."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except socket.gaierror as error:
        raise Failure(f"The host {host} is unknown: {error.strerror}.", "Give an address of this machine with --host.") from error
    listener = socket.socket(address[0], socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address[4])
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            return None
        remedy = "Ports below 1024 need root." if error.errno == errno.EACCES else "Give an address of this machine with --host."
        raise Failure(f"Cannot listen on {host}:{port}: {error.strerror}.", remedy) from error
    return listener


def reachable_names(host: str) -> list[str]:
    """The names and addresses under which a browser may ask for this machine, when it listens on all of them."""
    if host not in ("0.0.0.0", "::", ""):
        return [host]
    names = {socket.gethostname(), socket.getfqdn()}
    try:
        names |= {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None)}
    except socket.gaierror:
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; the kernel only picks the outgoing address
            names.add(str(probe.getsockname()[0]))
        except OSError:
            pass
    return sorted(names)
