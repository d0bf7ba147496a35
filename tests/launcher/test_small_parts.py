"""Ports, locks, stamps, keys and logs of ./evenkeel."""

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from launcher import keys, locks, pgwire, places, ports, stamps, supervisor
from launcher.console import Failure
from launcher.places import State


def a_dead_process() -> int:
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


def test_a_taken_port_gives_the_next_free_one() -> None:
    with closing(ports.listen("127.0.0.1", 42_000)) as first:
        taken = first.getsockname()[1]
        with closing(ports.listen("127.0.0.1", taken)) as second:
            assert taken < second.getsockname()[1] < taken + ports.TRIES


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Failure, match=r"Cannot listen on 192\.0\.2\.1:42000"):
        ports.listen("192.0.2.1", 42_000)


def test_listening_everywhere_allows_the_names_of_this_machine() -> None:
    assert socket.gethostname() in ports.reachable_names("0.0.0.0")
    assert ports.reachable_names("127.0.0.1") == ["127.0.0.1"]


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    with locks.held(tmp_path / "lock"), pytest.raises(locks.Taken), locks.held(tmp_path / "lock"):
        pass

    assert not locks.is_held(tmp_path / "lock")


def test_who_runs_is_known_while_the_lock_is_held(tmp_path: Path) -> None:
    state = State(tmp_path)
    with locks.held(state.lock):
        locks.note(state, command="up", url="http://localhost:8000")

        assert locks.running(state) == {"pid": os.getpid(), "command": "up", "url": "http://localhost:8000"}

    assert locks.running(state) == {}


def test_the_record_of_a_killed_holder_is_not_believed(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.record.write_text(f'{{"pid": {a_dead_process()}, "url": "http://localhost:8000"}}')

    with locks.held(state.lock), pytest.raises(Failure, match="left no record"):
        locks.running(state)


def test_a_second_up_says_where_the_first_one_runs(tmp_path: Path) -> None:
    state = State(tmp_path)
    with locks.held(state.lock):
        locks.note(state, command="up", url="http://localhost:8123")

        done = subprocess.run(
            [sys.executable, str(places.CHECKOUT / "evenkeel"), "up", "--data-dir", str(tmp_path)], capture_output=True, text=True, check=False
        )

    assert done.returncode == 1
    assert done.stdout == f"Evenkeel is already running at http://localhost:8123 (process {os.getpid()}). Stop it with: ./evenkeel stop\n"


def test_a_stamp_is_fresh_until_something_changes(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source", tmp_path / "stamp"
    source.mkdir()
    (source / "a.py").write_text("1")
    stamps.write(stamp, stamps.fingerprint([source], "word"))

    assert stamps.is_fresh(stamp, stamps.fingerprint([source], "word"))
    assert not stamps.is_fresh(stamp, stamps.fingerprint([source], "another word"))
    (source / "a.py").write_text("2")
    assert not stamps.is_fresh(stamp, stamps.fingerprint([source], "word"))


def test_moving_a_file_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "same.py").write_text("x")
    before = stamps.fingerprint([tmp_path])

    (tmp_path / "a" / "same.py").rename(tmp_path / "b" / "same.py")

    assert stamps.fingerprint([tmp_path]) != before


def test_keys_are_made_once_and_only_the_owner_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVENKEEL_SECRET_KEY", "EVENKEEL_ENCRYPTION_KEY", "EVENKEEL_FIRST_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    first = {name: Path(file).read_text() for name, file in keys.files(State(tmp_path)).items()}

    second = {name: Path(file).read_text() for name, file in keys.files(State(tmp_path)).items()}

    assert first == second
    assert sorted(first) == ["EVENKEEL_ENCRYPTION_KEY_FILE", "EVENKEEL_FIRST_PASSWORD_FILE", "EVENKEEL_SECRET_KEY_FILE"]
    assert {path.stat().st_mode & 0o777 for path in State(tmp_path).secrets.iterdir()} == {0o600}


def test_a_key_from_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENKEEL_SECRET_KEY", "given")

    assert "EVENKEEL_SECRET_KEY_FILE" not in keys.files(State(tmp_path))


def test_a_large_log_is_put_aside_while_its_process_keeps_writing(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writing:
        for number in range(5):
            writing.write(f"{number}".encode() * 100)
            supervisor.rotate(log, limit=50)
        writing.write(b"after")

    assert log.read_text() == "after"
    assert [path.read_text()[0] for path in sorted(tmp_path.glob("web.log.*"))] == ["4", "3", "2"]


def test_a_long_data_directory_gets_a_short_socket_path() -> None:
    far = State(Path("/") / ("x" * 120))

    assert len(str(far.sockets)) < places.SOCKET_PATH_MAX
    assert far.sockets != State(Path("/") / ("y" * 120)).sockets


def test_the_state_directory_lets_the_servers_through(tmp_path: Path) -> None:
    made = places.prepare(State(tmp_path / "new" / "state"))

    assert made.root.stat().st_mode & 0o777 == 0o711
    assert made.root.parent.stat().st_mode & 0o777 == 0o711


def test_asking_postgresql_without_a_driver() -> None:
    sockets = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query).get("host", [""])[0]
    if not sockets.startswith("/"):
        pytest.skip("the tests run on a served PostgreSQL")

    assert pgwire.ask(Path(sockets), "SELECT 1, 'two', NULL UNION ALL SELECT 3, 'four', 'five' ORDER BY 1") == [
        ["1", "two", ""],
        ["3", "four", "five"],
    ]
    with pytest.raises(pgwire.Refused, match="does not exist"):
        pgwire.ask(Path(sockets), "SELECT 1 FROM no_such_table")
