"""The errors that a user may cause or meet. Each message says what happened, to what, and what to do.

ReadoutError
├── SettingsError        a setting or an option that cannot be used
├── ReadError            a file that cannot be read as an article
│   └── FetchError       an address of the web that was not read
├── LibraryError         the catalogue cannot be opened or written
│   ├── LibraryBusy      another process is writing
│   ├── IndexMismatch    an index was built from something else than the library holds now
│   └── IndexAway        an index cannot be opened just now, for want of space or of rights; it is not damaged
├── EmbedderError        the encoder cannot be made or asked
├── QuestionError        a question that cannot be asked (empty, too long)
│   └── TooManyQuestions others are being answered, or its asker asked too many in a minute
└── ModelError           the language model did not answer, or not wholly
    ├── ModelAway        its server is not there or does not work just now
    ├── ModelOverflow    what it was sent does not fit into its context
    └── ModelCut         it stopped in the middle: what came so far is kept, marked incomplete
"""


class ReadoutError(Exception):
    """Base of all expected errors: one line for the user, exit code 1, no traceback."""


class SettingsError(ReadoutError):
    pass


class ReadError(ReadoutError):
    pass


class FetchError(ReadError):
    """`status` is what its server answered, 0 where it did not come to that."""

    def __init__(self, address: str, reason: str, status: int = 0) -> None:
        shown = "".join(letter if letter.isprintable() else "?" for letter in address)
        super().__init__(f"{shown} {reason}")
        self.reason = reason
        self.status = status


class LibraryError(ReadoutError):
    pass


class LibraryBusy(LibraryError):
    pass


OTHER_ENCODER = "The library's vectors come from another encoder. Make them anew: readout rebuild --embed"


class IndexMismatch(LibraryError):
    pass


class IndexAway(LibraryError):
    pass


def is_panic(error: BaseException) -> bool:
    """Whether it is a panic of tantivy's or Chroma's: no Exception, and of no importable name."""
    return type(error).__name__ == "PanicException"


class EmbedderError(ReadoutError):
    pass


class QuestionError(ReadoutError):
    pass


class TooManyQuestions(QuestionError):
    pass


class ModelError(ReadoutError):
    pass


class ModelAway(ModelError):
    pass


class ModelOverflow(ModelError):
    pass


class ModelCut(ModelError):
    pass
