"""What an address gave → Article: read as an uploaded file of its kind, and known by its address."""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from urllib.parse import unquote, urljoin, urlsplit

from rag.errors import FetchError
from rag.readers import Unread, Upload, hash_content, read_uploads
from rag.reading.confined import Confined
from rag.reading.feeds import LIST
from rag.reading.kinds import LIST_KIND, READ
from rag.reading.markdown import Content
from rag.reading.parts import Part, Reading
from rag.reading.web_pages import in_utf8
from rag.types import Article
from rag.web.addresses import parse_address
from rag.web.fetching import Fetched

# What servers call the kinds of file. Where they say nothing of use, the end of the address tells.
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
_VAGUE = ("", "text/plain", "application/octet-stream", "binary/octet-stream", "application/x-download")
KINDS = (*_SUFFIXES, *_VAGUE)  # media types

_XML = ("application/xml", "text/xml")  # a feed, a sitemap, or a page after all
LIST_KINDS = (
    *_XML,
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/gzip",
    "application/x-gzip",
)
_LIST_SIGN = re.compile(rb"\s*(?:<\?xml|<rss|<feed|<urlset|<sitemapindex)", re.IGNORECASE)
_PAGE_SIGN = re.compile(rb"<html[\s>]", re.IGNORECASE)
_SIGN_BYTES = 2_000  # within which a file says what it is
_XML_MEGABYTES = 50  # of a sitemap, unpacked, as its standard says

_CHARSETS = re.compile(  # those that the HTML standard names and Python decodes in linear time
    r"utf-8|windows-125\d|iso-8859-\d{1,2}|shift_jis|euc-jp|euc-kr|gbk|gb2312|gb18030|big5|koi8-[ru]"
)
_IN_WORDS = (".html", ".htm", ".txt", ".md", ".markdown")
_SAME_SITE = re.compile(r"^(?:www|m|amp|mobile)\.")


@dataclass(frozen=True, slots=True)
class Listed:
    """What a feed or a sitemap names."""

    address: str  # in its plain form, or as it stands there where it has none
    lacking: Content  # what is said of it, for fields of which its page says nothing
    is_list: bool = False  # a sitemap of its own


def is_list(fetched: Fetched) -> bool:
    """Whether an address gave a feed or a sitemap, as far as its beginning tells."""
    begins = fetched.content[:_SIGN_BYTES].removeprefix(b"\xef\xbb\xbf")
    if fetched.kind in LIST_KINDS or begins.startswith(b"\x1f\x8b"):
        return not _PAGE_SIGN.search(begins)
    return bool(_LIST_SIGN.match(begins)) and not _PAGE_SIGN.search(begins)


def read_list(fetched: Fetched, child: Confined) -> list[Listed]:
    """What a feed or sitemap names, newest first. Raises FetchError."""
    with TemporaryFile() as file:
        file.write(fetched.content)
        file.flush()
        parts = list(child.parts(LIST_KIND, file, Reading(_XML_MEGABYTES * 1_000_000)))
    for part in parts:
        if part.reason:
            raise FetchError(fetched.url, part.reason)
    if not parts:
        raise FetchError(fetched.url, "is a feed or sitemap that names nothing. Try again later.")
    return [_listed(part, fetched.url) for part in parts]


def _listed(part: Part, base: str) -> Listed:
    try:
        address = parse_address(urljoin(base, part.content.url)).address if part.content.url else ""
    except ValueError:
        address = ""
    except FetchError:
        address = part.content.url
    # The name of a feed is no outlet of pages that it gathers from elsewhere.
    source = part.content.source if _is_same_site(address, base) else ""
    return Listed(address, replace(part.content, source=source, text="", url=""), part.name == LIST)


def read_fetched(fetched: Fetched, child: Confined, lacking: Content | None = None) -> Article:
    """The article at an address. `lacking` fills the fields of which it says nothing itself.

    Its own word for its address counts on its own site only. Raises FetchError.
    """
    suffix, lacking = _suffix(fetched), lacking or Content()
    parts = urlsplit(fetched.address)
    stem = PurePosixPath(unquote(parts.path)).stem or parts.hostname or ""
    upload = Upload(stem + suffix, _in_utf8(fetched, suffix))
    (read,) = read_uploads(upload, Reading(max(len(upload.content), 1)), child)
    if isinstance(read, Unread):
        raise FetchError(fetched.url, f"was not read: {read.reason}")
    published = read.published_at or lacking.published_at
    updated = read.updated_at or lacking.updated_at
    content = Content(
        title=lacking.title if lacking.title and _words(read.title) == _words(stem) else read.title,
        text=read.text,
        source=read.source or lacking.source,
        authors=read.authors or lacking.authors,
        published_at=published,
        updated_at=None if updated == published else updated,
        language=read.language,  # where the page is silent, its text tells it
        url=read.url if _is_same_site(read.url, fetched.url) else fetched.url,
    )
    # A longer digest than a file's: who chooses addresses must not be able to hit another article's id.
    digest = hashlib.sha256(fetched.address.encode()).hexdigest()[:16]
    return replace(
        read,
        id=f"{read.id.rpartition('-')[0]}-{digest}",
        origin=fetched.address,
        content_hash=hash_content(content),
        title=content.title,
        source=content.source,
        authors=content.authors,
        published_at=content.published_at,
        updated_at=content.updated_at,
        language=content.language,
        url=content.url,
    )


def _suffix(fetched: Fetched) -> str:
    """Of the kind of file that was fetched. Raises FetchError."""
    named = PurePosixPath(urlsplit(fetched.url).path).suffix.lower()
    if fetched.kind in _VAGUE and named in READ:
        return named
    if fetched.kind in _XML:
        return ".html"
    if fetched.kind in _SUFFIXES:
        return _SUFFIXES[fetched.kind]
    raise FetchError(fetched.url, "does not say what kind of file it is. Save it and add the file.")


def _in_utf8(fetched: Fetched, suffix: str) -> bytes:
    """A page or text in the encoding that its server names, as UTF-8; anything else as it is."""
    known = suffix in _IN_WORDS and _CHARSETS.fullmatch(fetched.charset)
    return in_utf8(fetched.content, fetched.charset) if known else fetched.content


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


def _is_same_site(left: str, right: str) -> bool:
    """Whether two addresses are of one host, or of one below the other."""
    try:
        first, second = (_SAME_SITE.sub("", urlsplit(url).hostname or "") for url in (left, right))
    except ValueError:
        return False
    return bool(first) and (f".{first}".endswith(f".{second}") or f".{second}".endswith(f".{first}"))
