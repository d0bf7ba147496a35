"""INC-21, RELIABILITY D8 to D10: small pictures of attached images are drawn anew from verified content; anything else stays a download."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from incidents.models import Incident
from journal.models import Entry
from tickets import pictures
from tickets.actions import conversation, curating
from tickets.models import Attachment

SignIn = Callable[[User], Client]


def drawn(kind: str, size: tuple[int, int] = (800, 400), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def flood(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def attached(
    incident: Incident, agent: User, data: bytes, name: str = "shot.png", told: str = "image/png", *, is_internal: bool = True
) -> Attachment:
    upload = SimpleUploadedFile(name, data, content_type=told)
    return conversation.attach(incident, actor=agent, upload=upload, is_internal=is_internal)


def picture(client: Client, incident: Incident, row: Attachment) -> Any:
    return client.get(f"/tickets/{incident.key}/files/{row.pk}/picture/")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_four_kinds_are_drawn_small_and_anew(sign_in: SignIn, agent: User, incident: Incident, kind: str) -> None:
    """INC-21, D8."""
    row = attached(incident, agent, drawn(kind) + b"<script>alert(1)</script>", told="application/octet-stream")
    response = picture(sign_in(agent), incident, row)
    assert (response.status_code, response["Content-Type"], row.content_type) == (200, "image/webp", f"image/{kind.lower()}")
    assert (response["X-Content-Type-Options"], response["Content-Security-Policy"]) == ("nosniff", "sandbox; default-src 'none'")
    assert b"script" not in response.content
    with Image.open(io.BytesIO(response.content)) as small:
        assert (small.format, max(small.size)) == ("WEBP", 320)


def test_what_a_camera_notes_does_not_go_along(agent: User, incident: Incident) -> None:
    """D8: place and time of a photograph stay in the file."""
    exif = Image.Exif()
    exif[0x010E] = "Berth 7, secret"
    exif[0x0112] = 6  # turned by a quarter
    small = pictures.small(attached(incident, agent, drawn("JPEG", exif=exif), "photo.jpg", "image/jpeg"))
    assert b"secret" not in small
    with Image.open(io.BytesIO(small)) as image:
        assert image.height > image.width


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "told", "data"),
    [
        ("a.svg", "image/svg+xml", SVG), ("a.png", "image/png", SVG), ("a.png", "image/png", b"<html><script>1</script>"), ("a.gif", "image/gif", b"GIF89a"),
        ("a.pdf", "application/pdf", b"%PDF-1.7 \x89PNG"), ("a.bmp", "image/bmp", drawn("BMP", (9, 9))), ("a.tiff", "image/tiff", drawn("TIFF", (9, 9))),
        ("a.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64), ("a.jpg", "image/jpeg", b"\xff\xd8\xff/*<svg onload=alert(1)>*/"),
    ],
)  # fmt: skip
def test_anything_else_has_no_picture_whatever_it_is_called(
    sign_in: SignIn, agent: User, incident: Incident, name: str, told: str, data: bytes
) -> None:
    """D8: also polyglots, and formats that the product does not need."""
    row = attached(incident, agent, data, name, told)
    assert not row.is_picture
    assert picture(sign_in(agent), incident, row).status_code == 404
    download = sign_in(agent).get(f"/tickets/{incident.key}/files/{row.pk}/")
    assert download.getvalue() == data
    assert download["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("data", [flood(60_000, 60_000), flood(6_000, 5_100), drawn("PNG")[:200]], ids=["bomb", "too large", "cut off"])
def test_floods_and_broken_files_are_files_without_a_picture(sign_in: SignIn, agent: User, incident: Incident, data: bytes) -> None:
    """D9: the upload stays, nothing large is unpacked, and the answer is no failure; the second time nothing is tried."""
    row = attached(incident, agent, data)
    for _twice in range(2):
        assert picture(sign_in(agent), incident, row).status_code == 404
    if row.is_picture:
        assert default_storage.size(f"thumbnails/{row.digest[:2]}/{row.digest}.webp") == 0


def test_it_is_drawn_once(agent: User, incident: Incident) -> None:
    """D9."""
    row = attached(incident, agent, drawn("PNG", (64, 32)))
    first = pictures.small(row)
    default_storage.delete(str(row.file.name))
    assert pictures.small(row) == first != b""


def test_who_may_not_see_the_file_does_not_see_its_picture(sign_in: SignIn, agent: User, lead: User, requester: User, incident: Incident) -> None:
    """INC-21, INC-22: also when the same picture is known from elsewhere, and when its line is hidden."""
    row = attached(incident, agent, drawn("PNG", (10, 10)), is_internal=False)
    pictures.small(row)
    assert picture(sign_in(requester), incident, row).status_code == 404
    assert picture(sign_in(agent), incident, row).status_code == 200
    curating.hide(incident, actor=lead, entry=Entry.objects.get(event="ticket.attached", data__attachment=row.pk))
    assert picture(sign_in(agent), incident, row).status_code == 404
    assert sign_in(agent).get(f"/tickets/{incident.key}/files/{row.pk}/").status_code == 404
    assert picture(sign_in(lead), incident, row).status_code == 200


def test_files_and_timeline_show_it(sign_in: SignIn, agent: User, incident: Incident) -> None:
    """INC-21."""
    row = attached(incident, agent, drawn("PNG", (10, 10)))
    text = attached(incident, agent, b"plain", "notes.txt", "text/plain")
    for tab in ("", "?tab=files"):
        page = sign_in(agent).get(f"{incident.get_absolute_url()}{tab}").content.decode()
        assert f'src="/tickets/{incident.key}/files/{row.pk}/picture/"' in page
        assert f"/files/{text.pk}/picture/" not in page


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nSet-Cookie: x=1.png", "\u202egnp.exe", "x" * 4000 + ".png", 'a";filename=b.html'])
def test_odd_names_do_no_harm(sign_in: SignIn, agent: User, incident: Incident, name: str) -> None:
    """D10."""
    row = attached(incident, agent, drawn("PNG", (10, 10)), name)
    assert str(row.file.name).startswith("attachments/") and ".." not in str(row.file.name)
    assert picture(sign_in(agent), incident, row).status_code == 200
    download = sign_in(agent).get(f"/tickets/{incident.key}/files/{row.pk}/")
    assert download.getvalue() == drawn("PNG", (10, 10))
    assert "\n" not in download["Content-Disposition"] and download["Content-Disposition"].startswith("attachment")
