"""What several test files share."""

from pathlib import Path

import pytest

from rag.embedding import EmbeddedEncoder
from rag.settings import Settings

# In the repository, not in a temporary folder: the encoder's graph is then made once, not at each run.
ENCODER_CACHE = Path(__file__).parent.parent / "build" / "encoder-cache"


@pytest.fixture(scope="session")
def encoder_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that know nothing of the user's own: an empty home, the shared cache, defaults."""
    return Settings(
        _env_file=None,
        home=tmp_path_factory.mktemp("home"),
        cache=ENCODER_CACHE,
        precision="int8",
        threads=0,
    )


@pytest.fixture(scope="session")
def encoder(encoder_settings: Settings) -> EmbeddedEncoder:
    """The embedded encoder (int8) that a whole test run shares."""
    return EmbeddedEncoder(encoder_settings)
