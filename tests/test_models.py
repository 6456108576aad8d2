"""The model's limits, with the real client over real HTTP: each fault ends soon and in one sentence."""

import gc
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk

from rag.errors import ModelAway, ModelCut, ModelError, ModelOverflow, SettingsError
from rag.models import OFFERED_MODEL, accepted, chat_model, known_model_offer
from rag.prompts import Message
from rag.replies import ANSWER_CHARACTERS, read_text, stream_text
from rag.settings import Settings
from rag.types import Offer, Usage
from tests.model_server import BEHAVIOURS, GOOD, ModelServer

KEY = "sk-canary-5f1c0de5"
MESSAGES: list[Message] = [("system", "Answer."), ("user", "Braces {mean} nothing {0}.")]
SLACK = 3.0  # seconds beyond the limit: two cores are shared with other work

WHOLE = {
    "comments",
    "empty_choices",
    "good",
    "list_blocks",
    "lone_surrogate",
    "lying_markers",
    "no_done",
    "no_stream_options",
    "null_content",
    "obeying",
    "open_end",
    "refusing",
    "small_window",
    "split_markers",
    "thinking",
    "thinking_apart",
    "usage_at_end",
    "usage_on_each",
    "wrong_type",
    "duplicated",
}
CUT = {  # some text came, then: what the reader is told
    "content_filter": "content filter",
    "cut_stream": "connection",
    "endless": "length limit",
    "error_event_after_text": "reported an error",
    "finish_length": "length limit",
    "garbage_after_text": "no answer",
    "hang_after_text": "in time",
    "huge_chunk": "length limit",
    "no_finish": "without finishing",
    "slow_drip": "in time",
}
FAILED_AT_ONCE = {  # no text, and no second try: it would fail in the same way
    "comment_drip": "in time",
    "content_filter_empty": "content filter",
    "context_overflow": "READOUT_CONTEXT_TOKENS",
    "deep_json": "no answer",
    "empty_content": "empty",
    "empty_flood": "in time",
    "error_400": "refused",
    "error_401": "READOUT_API_KEY",
    "error_403": "may not use",
    "error_404": "READOUT_MODEL",
    "error_413": "READOUT_CONTEXT_TOKENS",
    "error_422": "refused",
    "error_429_retry_huge": "86400 seconds",
    "error_503_drip": "in time",
    "error_event": "reported an error",
    "finish_length_empty": "length limit",
    "garbage_json": "no answer",
    "hang_before_headers": "in time",
    "hang_before_text": "in time",
    "invalid_utf8": "no answer",
    "no_body": "no answer",
    "no_credit": "no credit",
    "not_events": "no answer",
    "odd_shapes": "no answer",
    "only_done": "no answer",
    "redirect": "another address",
    "refusal_field": "empty",
    "thinking_on": "in time",
    "thinking_only": "empty",
    "tool_calls": "empty",
    "web_page": "no answer",
}
FAILED_AFTER_TRIES = {  # no text, but another try may help
    "cut_before_headers": "connection",
    "cut_before_text": "connection",
    "endless_line": "in time",
    "error_408": "error 408",
    "error_409": "error 409",
    "error_429": "too often",
    "error_429_retry_after": "too often",
    "error_429_retry_date": "too often",
    "error_429_retry_odd": "too often",
    "error_500": "error 500",
    "error_502": "error 502",
    "error_503": "error 503",
    "not_http": "connection",
    "thinking_cut": "connection",
}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture
def model(server: ModelServer) -> BaseChatModel:
    return chat_model(Settings(model="tiny", base_url=server.url, api_key=KEY, model_seconds=2))


@pytest.fixture
def no_collection() -> Iterator[None]:
    """A collection inside deeply nested JSON would run finalisers of earlier tests with no stack left."""
    gc.disable()
    yield
    gc.enable()


def ask(model: BaseChatModel, seconds: float = 2.0, attempts: int = 3) -> tuple[str, ModelError | None]:
    """The text that came, and the error that ended it."""
    text = ""
    try:
        for piece in stream_text(model, MESSAGES, seconds=seconds, attempts=attempts):
            text += piece
    except ModelError as error:
        return text, error
    return text, None


def assert_plain(text: str) -> None:
    """One or two plain sentences: no key, no dump, no traceback, no library's words."""
    assert text[0].isupper() and text.endswith(".") and "\n" not in text and len(text) < 260
    assert not any(
        sign in text for sign in (KEY, "{", "}", "<", "Traceback", "Error(", "openai.", "scripted")
    )


def test_each_scripted_behaviour_is_expected_in_one_way() -> None:
    kinds = [WHOLE, set(CUT), set(FAILED_AT_ONCE), set(FAILED_AFTER_TRIES)]
    assert sum(map(len, kinds)) == len(set().union(*kinds))
    assert set().union(*kinds) == set(BEHAVIOURS)


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_whole_answer_comes_through(server: ModelServer, model: BaseChatModel, name: str) -> None:
    server.behave(name)
    began = time.monotonic()
    text, error = ask(model)
    assert error is None and text
    assert time.monotonic() - began < SLACK
    assert len(server.requests) == (2 if name == "no_stream_options" else 1)
    if name not in {"duplicated", "lone_surrogate", "lying_markers", "obeying", "refusing"}:
        assert text == GOOD


@pytest.mark.parametrize("name", sorted(CUT))
def test_text_that_breaks_off_is_kept_and_called_incomplete(
    server: ModelServer, model: BaseChatModel, name: str
) -> None:
    server.behave(name, "good")
    began = time.monotonic()
    text, error = ask(model, seconds=1)
    assert time.monotonic() - began < 1 + SLACK
    assert text and isinstance(error, ModelCut) and CUT[name] in str(error)
    assert_plain(str(error))
    assert len(server.requests) == 1  # a second try would write the beginning twice
    assert ask(model) == (GOOD, None)  # the next question works


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("name", sorted(FAILED_AT_ONCE))
def test_a_lasting_fault_fails_without_a_second_try(
    server: ModelServer, model: BaseChatModel, name: str
) -> None:
    server.elsewhere = server.url
    server.behave(name, "good")
    began = time.monotonic()
    text, error = ask(model, seconds=1)
    assert time.monotonic() - began < 1 + SLACK
    assert text == "" and error and FAILED_AT_ONCE[name] in str(error)
    away = "in time" in str(error) or "86400" in str(error)
    overflow = "too long" in str(error)
    assert type(error) is (ModelAway if away else ModelOverflow if overflow else ModelError)
    assert_plain(str(error))
    assert len(server.requests) == 1
    assert ask(model) == (GOOD, None)


@pytest.mark.parametrize("name", sorted(FAILED_AFTER_TRIES))
def test_a_passing_fault_is_tried_again_but_no_more_than_allowed(
    server: ModelServer, model: BaseChatModel, name: str
) -> None:
    server.behave(name)
    began = time.monotonic()
    text, error = ask(model, seconds=5, attempts=2)
    assert time.monotonic() - began < 5 + SLACK
    assert text == "" and type(error) is ModelAway and FAILED_AFTER_TRIES[name] in str(error)
    assert_plain(str(error))
    assert len(server.requests) == 2
    server.behave("good")
    assert ask(model) == (GOOD, None)


def test_the_third_try_is_the_last(server: ModelServer, model: BaseChatModel) -> None:
    server.behave("error_500")
    assert isinstance(ask(model, seconds=4)[1], ModelError)
    assert len(server.requests) == 3


def test_two_passing_faults_still_end_in_an_answer(server: ModelServer, model: BaseChatModel) -> None:
    server.behave("error_503", "cut_before_text", "good")
    assert ask(model, seconds=4) == (GOOD, None)
    assert len(server.requests) == 3


def test_a_server_that_asks_for_a_second_gets_it(server: ModelServer, model: BaseChatModel) -> None:
    server.behave("error_429_retry_after", "good")
    began = time.monotonic()
    assert ask(model, seconds=4) == (GOOD, None)
    assert time.monotonic() - began >= 1.0


def test_a_wait_beyond_the_limit_is_not_begun(server: ModelServer, model: BaseChatModel) -> None:
    server.behave("error_429_retry_after", "good")
    assert isinstance(ask(model, seconds=0.9)[1], ModelError)
    assert len(server.requests) == 1


def test_an_endless_answer_ends_at_the_length_limit(server: ModelServer, model: BaseChatModel) -> None:
    for name in ("endless", "huge_chunk"):
        server.behave(name)
        assert len(ask(model)[0]) == ANSWER_CHARACTERS


def test_a_refused_connection_is_told_with_its_address() -> None:
    with ModelServer() as gone:
        address = gone.url
    model = chat_model(Settings(model="tiny", base_url=address, api_key="", model_seconds=2))
    error = ask(model, attempts=1)[1]
    assert error and address.removesuffix("/v1") in str(error) and "Check that it runs" in str(error)


def test_no_thread_outlives_the_limit(server: ModelServer, model: BaseChatModel) -> None:
    for name in ("open_end", "hang_before_headers", "comment_drip", "slow_drip", "error_503_drip"):
        server.behave(name)
        ask(model, seconds=0.3)
    end = time.monotonic() + 2 + SLACK  # the model's own limit is 2 s
    while time.monotonic() < end and any(t.name == "readout-model" for t in threading.enumerate()):
        time.sleep(0.05)
    assert not [thread for thread in threading.enumerate() if thread.name == "readout-model"]


def test_a_reader_who_stops_closes_the_response(server: ModelServer, model: BaseChatModel) -> None:
    server.behave("slow_drip")
    before = server.disconnects
    stream = stream_text(model, MESSAGES, seconds=20, attempts=1)
    assert next(stream) == "Drip "
    stream.close()  # type: ignore[attr-defined]
    end = time.monotonic() + 20
    while server.disconnects == before and time.monotonic() < end:
        time.sleep(0.05)
    assert server.disconnects == before + 1


def test_a_hanging_model_does_not_keep_the_process_alive(server: ModelServer) -> None:
    server.behave("hang_after_text")
    program = (
        "from rag.models import *\n"
        "from rag.replies import stream_text\n"
        f"model = chat_model(Settings(model='tiny', base_url='{server.url}', model_seconds=500))\n"
        "print(next(stream_text(model, [('user', 'hi')], seconds=500, attempts=1)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20)
    assert done.stdout == "The first words \n"


def test_a_redirect_takes_the_key_nowhere(server: ModelServer, model: BaseChatModel) -> None:
    with ModelServer() as other:
        server.elsewhere = other.url
        server.behave("redirect")
        assert isinstance(ask(model)[1], ModelError)
        assert other.requests == []


def test_the_key_goes_into_the_header_and_nowhere_else(
    server: ModelServer, model: BaseChatModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("good", "error_401", "error_500", "cut_stream", "garbage_json", "redirect"):
        server.behave(name)
        text, error = ask(model, attempts=1)
        assert KEY not in text + str(error)
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert "OpenAIAuthenticationError" in caplog.text and "JSONDecodeError" in caplog.text  # the causes


def test_messages_arrive_as_they_were_written(server: ModelServer) -> None:
    server.behave("good")
    ask(chat_model(Settings(model="tiny", base_url=server.url, api_key="")))
    body = server.requests[0].body
    assert server.requests[0].path == "/v1/chat/completions"
    assert [message["content"] for message in body["messages"]] == [text for _, text in MESSAGES]
    assert body["model"] == "tiny" and body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


def test_settings_name_the_model_and_its_server() -> None:
    hosted = chat_model(Settings(model="openai:gpt-5-mini", base_url="", api_key=KEY))
    assert hosted.model_name == "gpt-5-mini"  # type: ignore[attr-defined]
    assert hosted.openai_api_base == "https://api.openai.com/v1"  # type: ignore[attr-defined]
    assert hosted.temperature is None  # type: ignore[attr-defined]
    local = chat_model(Settings(model="qwen3:8b", base_url="http://127.0.0.1:11434/v1", api_key=""))
    assert local.model_name == "qwen3:8b"  # type: ignore[attr-defined]
    assert local.openai_api_base == "http://127.0.0.1:11434/v1"  # type: ignore[attr-defined]
    assert local.openai_api_key.get_secret_value() == "none"  # type: ignore[attr-defined]


PROVIDER = """
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk


class ChatFireworks(BaseChatModel):
    model: str
    timeout: float
    max_retries: int
    _llm_type = "fake"

    def _generate(self, *_, **__): raise NotImplementedError

    def _stream(self, messages, *_, **__):
        used = {"input_tokens": 25, "output_tokens": 1, "total_tokens": 26}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=used))
        told = f"{self.model} {self.timeout:g} {self.max_retries} {messages[-1].content}"
        yield ChatGenerationChunk(message=AIMessageChunk(content=[{"type": "text", "text": told}]))
        used = {"input_tokens": 0, "output_tokens": 7, "total_tokens": 7}
        end = AIMessageChunk(content="", usage_metadata=used, response_metadata={"stop_reason": "end_turn"})
        yield ChatGenerationChunk(message=end)
"""


def test_another_provider_is_asked_where_its_package_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "langchain_fireworks"
    package.mkdir()
    (package / "__init__.py").write_text(PROVIDER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "langchain_fireworks", None)  # forgotten again after the test
    del sys.modules["langchain_fireworks"]
    used: list[Usage] = []
    model = chat_model(Settings(model="fireworks:tiny", base_url="", api_key=KEY, model_seconds=9))
    said = "".join(stream_text(model, [("user", "Hi {0}")], seconds=5, attempts=1, count=used.append))
    assert said == "tiny 9 0 Hi {0}"  # our time limit, no retries but ours, the message as it is
    assert used == [Usage(1, 25, 7)]


def test_other_addresses_in_the_environment_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://198.51.100.7/v1")
    monkeypatch.setenv("OPENAI_API_BASE", "http://198.51.100.7/v1")
    monkeypatch.setenv("LANGSMITH_GATEWAY", "http://198.51.100.7")
    model = chat_model(Settings(model="gpt-5-mini", base_url="", api_key=KEY))
    assert str(model.root_client.base_url) == "https://api.openai.com/v1/"  # type: ignore[attr-defined]


def test_a_loopback_server_is_asked_without_the_proxy(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        server.behave("good")
        model = chat_model(Settings(model="tiny", base_url=server.url, api_key=""))
        assert ask(model) == (GOOD, None)
        assert proxy.requests == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"model": ""}, "READOUT_MODEL"),
        ({"model": "openai:gpt-5-mini"}, "OPENAI_API_KEY"),
        ({"model": "gpt-5-mini"}, "READOUT_BASE_URL"),
        ({"model": "nobody:model"}, "provider"),
        ({"model": "groq:some-model"}, "langchain-groq"),
        ({"model": "m", "base_url": "file:///etc/passwd"}, "http(s)"),
        ({"model": "m", "base_url": "127.0.0.1:11434"}, "http(s)"),
        ({"model": "m", "base_url": "http://[::1"}, "http(s)"),
        ({"model": "m", "base_url": "http://host:port/v1"}, "http(s)"),
        ({"model": "m", "base_url": f"http://me:{KEY}@host/v1"}, "READOUT_API_KEY"),
    ],
)
def test_a_model_that_cannot_be_made_says_what_to_set(settings: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        chat_model(Settings(**{"base_url": "", "api_key": "", **settings}))  # type: ignore[arg-type]
    assert told in str(caught.value) and KEY not in str(caught.value) and "\n" not in str(caught.value)


def test_a_model_is_offered_only_where_there_is_a_key_and_nothing_chosen() -> None:
    def offer(model: str = "", base_url: str = "", api_key: str = "") -> Offer | None:
        return known_model_offer(Settings(model=model, base_url=base_url, api_key=api_key))

    assert offer(api_key=KEY) == Offer(OFFERED_MODEL, "", "OpenAI")
    assert offer() is None
    assert offer(model="gpt-5", api_key=KEY) is None
    assert offer(base_url="http://127.0.0.1:8080/v1", api_key=KEY) is None


def test_a_key_set_for_openai_does_not_go_to_an_accepted_server_of_this_machine(server: ModelServer) -> None:
    server.behave("good")
    settings = Settings(model="", base_url="", api_key=KEY, openai_api_key=KEY)
    assert ask(chat_model(accepted(settings, Offer("tiny", server.url, "Ollama")))) == (GOOD, None)
    assert KEY not in str(server.requests)
    hosted = accepted(settings, Offer("openai:gpt-5-mini", "", "OpenAI"))
    assert (hosted.model, hosted.key) == ("openai:gpt-5-mini", KEY)


def test_making_a_model_sends_nothing(server: ModelServer) -> None:
    server.behave("good")
    chat_model(Settings(model="tiny", base_url=server.url, api_key=KEY))
    assert server.requests == []


def test_importing_models_loads_no_client() -> None:
    program = "import sys, rag.models; print({'openai', 'langchain_core', 'httpx2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20)
    assert done.stdout == "set()\n"


def test_text_is_read_from_strings_and_blocks_up_to_the_end() -> None:
    chunks = [
        AIMessageChunk(content=" \n"),
        AIMessageChunk(content=" One"),
        AIMessageChunk(content=[{"type": "reasoning", "text": "hm"}, {"type": "text", "text": " two"}]),
        AIMessageChunk(content=" three.", response_metadata={"stop_reason": "end_turn"}),
        AIMessageChunk(content=" Four."),
    ]
    assert list(read_text(chunks)) == ["One", " two", " three."]


def test_the_tokens_are_those_that_the_server_names_else_estimated(server: ModelServer) -> None:
    used: list[Usage] = []

    def use(*names: str, expected: object = GOOD) -> list[Usage]:
        server.behave(*names)
        used.clear()
        model = chat_model(Settings(model="tiny", base_url=server.url, api_key=""))
        text = "".join(stream_text(model, MESSAGES, seconds=5, attempts=3, count=used.append))
        assert text == expected
        return used

    assert use("usage_at_end") == [Usage(1, 9, 5)]
    assert use("usage_on_each") == [Usage(1, 9, len(GOOD.split()))]
    told = sum(len(text) for _, text in MESSAGES)
    estimate = Usage(1, told // 4, -(-len(GOOD) // 4), estimated=True)  # four characters a token
    assert use("good") == [estimate]
    assert use("error_503", "good") == [estimate]  # a refused request costs nothing
    assert use("no_stream_options") == [estimate]
    assert use("thinking")[0].written > estimate.written  # thoughts are paid for


def test_text_that_breaks_off_is_counted_too(server: ModelServer, model: BaseChatModel) -> None:
    server.behave("cut_stream")
    used: list[Usage] = []
    with pytest.raises(ModelCut):
        list(stream_text(model, MESSAGES, seconds=2, attempts=1, count=used.append))
    assert used[0].written == 4 and used[0].estimated  # 'The first words ' has 16 characters


def test_a_server_that_refuses_to_count_is_asked_once_to(server: ModelServer) -> None:
    model = chat_model(Settings(model="tiny", base_url=server.url, api_key=""))
    server.behave("no_stream_options")
    assert ask(model) == (GOOD, None) == ask(model)
    assert ["stream_options" in request.body for request in server.requests] == [True, False, False]


def test_text_without_an_end_is_not_whole() -> None:
    text = read_text([AIMessageChunk(content="One")])
    assert next(text) == "One"
    with pytest.raises(ModelError):
        next(text)


def test_openais_key_is_never_sent_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("READOUT_API_KEY", raising=False)
    assert Settings(base_url="").key == KEY
    with ModelServer() as server:
        model = chat_model(Settings(model="tiny", base_url=server.url))
        assert list(stream_text(model, [("human", "Hi")], seconds=3, attempts=1))
        assert KEY not in str(server.requests)
