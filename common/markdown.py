"""Text that people write, as HTML that can do no harm: Markdown without raw HTML and without pictures."""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "span",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "span": {"class"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
BARE_ADDRESS = re.compile(r"(?<![\w<(\[\"'=`/])https?://[^\s<>\"')\]`]+[^\s<>\"')\]`.,;:!?]")
CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)
LONGEST = 100_000

_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])


def render(text: str) -> SafeString:
    """The HTML of a note, a reply or a description.

    Mentions stay text, bare addresses become links, raw HTML is shown as it was typed.
    """
    html = _parser.render(_with_links(text[:LONGEST]))
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow")
    return mark_safe(clean)


def _with_links(text: str) -> str:
    """Puts bare addresses between angle brackets, except inside code."""
    parts = CODE.split(text)
    return "".join(part if index % 2 else BARE_ADDRESS.sub(r"<\g<0>>", part) for index, part in enumerate(parts))
