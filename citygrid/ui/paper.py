"""Paper: a page of HTML as a PDF of A4 sheets. What it shows stands in it as data; nothing is fetched."""

from base64 import b64encode

from weasyprint import HTML
from weasyprint.urls import URLFetcher

DATA_ALONE = frozenset({"data"})


def pdf_of(html: str) -> bytes:
    """The PDF of a whole document that carries its own style. What it would have to fetch is left out."""
    content: bytes = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=DATA_ALONE)).write_pdf()
    return content


def as_data(content: bytes, kind: str) -> str:
    """A file as an address that holds it; `kind` is its media type."""
    return f"data:{kind};base64,{b64encode(content).decode()}"
