"""Whether a library can be asked now; light enough to be looked at every few seconds."""

from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version

from rag.answering import Readout
from rag.errors import OTHER_ENCODER, LibraryBusy, ReadoutError

NO_ARTICLES = "There are no articles yet. Add some on the page Articles, or with: readout add FOLDER"
FIRST_INDEXES = "The first articles are being indexed. Questions can be asked as soon as some of them are."


class Cause(StrEnum):
    """Why no question can be answered, in a word that tells nothing of the library."""

    NONE = ""
    EMPTY = "empty"
    ENCODER = "encoder"
    INDEXES = "indexes"
    INDEXING = "indexing"
    LIBRARY = "library"
    SETTINGS = "settings"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a question could not be asked now, with the way out; `cause` is NONE if it could."""

    cause: Cause = Cause.NONE
    sentence: str = ""


def find_trouble(readout: Readout) -> Trouble:
    """Opens what the library holds now, but searches nothing: `readout check` does. Raises LibraryError."""
    state = readout.library.state()
    if not readout.span().articles:
        return Trouble(Cause.EMPTY, NO_ARTICLES)
    if state.embedder != readout.embedder.fingerprint:
        return Trouble(Cause.ENCODER, OTHER_ENCODER)
    try:
        readout.indexes.refresh()
    except LibraryBusy:  # there are none yet, and another process is about to make them
        return Trouble(Cause.INDEXING, FIRST_INDEXES)
    except ReadoutError as error:
        return Trouble(Cause.INDEXES, str(error))
    return Trouble()


def running_version() -> str:
    try:
        return version("readout")
    except PackageNotFoundError:  # run from its folder, not installed
        return "unknown"
