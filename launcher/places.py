"""Where things lie: the checkout, its state directory, and the files in it."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = Path("/var/lib/evenkeel")
SOCKET_PATH_MAX = 100


@dataclass(frozen=True)
class State:
    """The state directory of one installation: data, keys, logs, sockets."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        return self.root / "evenkeel.lock"

    @property
    def record(self) -> Path:
        return self.root / "running.json"

    @property
    def stamp(self) -> Path:
        return self.root / "bootstrap.stamp"

    @property
    def logins(self) -> Path:
        return self.root / "logins.txt"

    @property
    def sockets(self) -> Path:
        """A folder whose path is short enough for a Unix socket."""
        near = self.root / "run"
        if len(str(near)) < SOCKET_PATH_MAX - len("/.s.PGSQL.5432"):
            return near
        return Path(tempfile.gettempdir()) / f"evenkeel-{os.getuid()}-{digest(str(self.root))}"


def prepare(found: State) -> State:
    """Makes the state directory. Others may pass through it (the servers run as another user) and not look around."""
    for folder in [*reversed(found.root.parents), found.root]:
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o711)
    return found


def digest(text: str) -> str:
    """A short name for a long text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def state(data_dir: str = "") -> State:
    """The state directory that was asked for, else the one that belongs to this checkout."""
    chosen = data_dir or os.environ.get("EVENKEEL_DATA_DIR", "")
    if chosen:
        return State(Path(chosen).expanduser().resolve())
    if os.getuid() == 0:
        return State(SHARED / digest(str(CHECKOUT)))
    return State(CHECKOUT / "var" / "state")


def python() -> Path:
    """The interpreter of this checkout's virtual environment."""
    return CHECKOUT / ".venv" / "bin" / "python"
