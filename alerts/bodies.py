"""Reading a request body safely: unpacking with a cap, and saying what is wrong with it. Pure: no database, no Django."""

import zlib
from typing import Any
from urllib.parse import parse_qsl

import orjson

NUL_ESCAPE = b"\\u0000"
FORM = "application/x-www-form-urlencoded"


class Broken(Exception):
    """The body cannot be read; the text says why."""


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """The body as it was before its Content-Encoding (gzip or deflate). Raises Broken for another or a damaged encoding, and for a bomb: more than `limit`."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Broken(f"The encoding {encoding[:40]!r} is not known here. Send plain JSON or gzip.")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise Broken(f"The body is not {encoding}: {error}.") from error
    if len(plain) > limit:
        raise Broken(f"The {encoding} body unpacks to more than {limit} bytes. Split the payload.")
    if not inflater.eof:
        raise Broken(f"The {encoding} body ends too early.")
    if inflater.unused_data:
        raise Broken(f"Something follows the {encoding} body. Pack the payload as one piece.")
    return plain


def read(body: bytes, content_type: str) -> Any:
    """The value of a body: of a form an object of its texts (JSON in its field `payload` is that), of everything else its JSON. Raises Broken."""
    if content_type.partition(";")[0].strip().lower() != FORM or body.lstrip()[:1] in (b"{", b"["):
        return parse(body)
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=1000))
    except ValueError as error:
        raise Broken(f"This is not a well-formed form: {error}.") from error
    if not fields:
        raise Broken("The form is empty. Send JSON.")
    if any("\0" in text for pair in fields.items() for text in pair):
        raise Broken("This form holds a NUL character, which no text can hold. Remove it.")
    return parse(fields["payload"].encode()) if fields.get("payload", "").lstrip()[:1] in ("{", "[") else fields


def parse(body: bytes) -> Any:
    """The JSON value of a body. Raises Broken with the reason: not JSON, not UTF-8, nested too deep, NaN, lone surrogates, NUL characters."""
    if not body.strip():
        raise Broken("The body is empty. Send JSON.")
    try:
        value = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise Broken(f"This is not well-formed JSON: {error}.") from error
    if NUL_ESCAPE in body and _holds_nul(value):
        raise Broken("This JSON holds a NUL character (\\u0000), which no text can hold. Remove it.")
    if not isinstance(value, dict | list):
        raise Broken("Send a JSON object, or a list of them.")
    return value


def _holds_nul(value: Any) -> bool:
    """Whether a text in the value, or a key, has a NUL; walks without recursion."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False
