"""The keys that the door knows, and the secrets by which tools sign what they send. Read with the door's own connection, and kept for seconds."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from alerts import adapters, signatures
from common import crypto, errors

log = logging.getLogger(__name__)

LOAD_KEYS = """
SELECT key.digest, i.id, key.is_former, i.adapter, i.signing_cipher, CASE WHEN i.former_signing_until > now() THEN i.former_signing_cipher ELSE '' END
FROM alerts_integration i JOIN (
  SELECT id, digest, false AS is_former FROM accounts_integrationkey WHERE revoked_at IS NULL
  UNION ALL SELECT id, former_digest, true FROM accounts_integrationkey WHERE revoked_at IS NULL AND former_until > now()
) AS key ON key.id = i.key_id WHERE i.is_enabled
"""
# What an admin wants to see of keys and secrets: when the former one was last used, and when a signature was last refused.
NOTE_USES = {
    "former key": "UPDATE accounts_integrationkey SET former_used_at = now() FROM alerts_integration i WHERE i.key_id = accounts_integrationkey.id AND i.id = %s",
    "former secret": "UPDATE alerts_integration SET former_signing_used_at = now() WHERE id = %s",
    "unsigned": "UPDATE alerts_integration SET unsigned_at = now() WHERE id = %s",
}


class Signature(NamedTuple):
    """By what a signed request is known when it comes again, empty for a token; and whether it is signed by the secret before the last change."""

    name: str
    is_former: bool


class Known(NamedTuple):
    """What is behind a key. is_former: it is the one before the last rotation."""

    integration_id: int
    is_former: bool


class Signer(NamedTuple):
    """How an integration's requests are signed: see alerts/signatures.py. secrets: of now, and the one before while it is good."""

    scheme: str
    secrets: Sequence[str]

    def check(self, headers: Mapping[str, str], body: bytes, at: float) -> "Signature | None":
        """The signature of a request; None when it is not signed as it should be. at: seconds since 1970."""
        found = signatures.check(self.scheme, self.secrets, headers, body, at) if self.scheme else None
        return None if found is None else Signature(signatures.name_of(self.scheme, headers, body, at), found > 0)


class Keyring(NamedTuple):
    """What is behind each key, by its digest; and how integrations that ask for signatures are signed."""

    known: Mapping[str, Known]
    signers: Mapping[int, Signer]


def read(connection: Any) -> Keyring:
    """What holds now."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD_KEYS)
        rows = cursor.fetchall()
    signers = {pk: Signer(adapters.signing_of(adapter), _secrets(now, before)) for _digest, pk, _is_former, adapter, now, before in rows if now}
    return Keyring({row[0]: Known(row[1], row[2]) for row in rows}, signers)


def _secrets(*ciphers: str) -> list[str]:
    """Those that can be read; without any, nothing is signed as it should be."""
    found = []
    for cipher in filter(None, ciphers):
        try:
            found.append(crypto.decrypt(cipher))
        except errors.Conflict as error:
            log.warning("door: a signing secret cannot be read: %s", error.message)
    return found
