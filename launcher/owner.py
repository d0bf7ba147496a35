"""Who owns the embedded servers: PostgreSQL refuses to run as root, so root hands it to a system user."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from launcher.console import Failure

NAME = "evenkeel"


def account() -> pwd.struct_passwd | None:
    """The system user for PostgreSQL and Redis when we are root; None when we are not and no change of user is needed."""
    if os.getuid() != 0:
        return None
    for name in (NAME, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            if name == NAME and shutil.which("useradd"):
                command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME]
                subprocess.run(command, capture_output=True, check=False)
                try:
                    return pwd.getpwnam(NAME)
                except KeyError:
                    continue
    raise Failure("There is no user to run PostgreSQL as (root may not).", "Create one: useradd --system evenkeel")


def switch() -> dict[str, Any]:
    """The Popen arguments that make a child run as that user."""
    user = account()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def private(folder: Path) -> Path:
    """Makes a folder that only the servers' owner can enter. Raises Failure when a folder above it is closed to that user."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    user = account()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
        for above in folder.parents:
            if not above.stat().st_mode & stat.S_IXOTH:
                raise Failure(f"The user {user.pw_name} cannot enter {above}.", f"Choose another --data-dir, or run: chmod o+x {above}")
    return folder
