"""Every knob, its unit and its reason. The environment is read here and nowhere else."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from platformdirs import user_cache_path, user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError

# A list of what may be kept, not of what may not: a new key or folder can never slip into a record.
SHAPING = ("model", "precision", "passage_tokens", "context_tokens", "candidates", "hits", "per_article")
PASSWORD_LEAST = 12  # characters


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting as a reader may see it: whether there is a key, never which."""

    name: str  # as in the environment
    value: str
    meaning: str
    chosen: bool  # set by the user, not left at its default


class Settings(BaseSettings):
    """Values from READOUT_* in the environment, then from `.env`, then these defaults."""

    model_config = SettingsConfigDict(
        env_prefix="READOUT_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        populate_by_name=True,
    )

    home: Path = Field(
        default_factory=lambda: user_data_path("readout", appauthor=False),
        description="Folder of the library and its indexes.",
    )
    cache: Path = Field(
        default_factory=lambda: user_cache_path("readout", appauthor=False),
        description="Folder of the encoder's built graph; safe to delete.",
    )
    model: str = Field(
        default="",
        description="Language model that writes answers, e.g. `openai:gpt-5-mini`. "
        "Empty: answers are quoted sentences and no model is called.",
    )
    base_url: str = Field(
        default="",
        description="Address of an OpenAI-compatible server, e.g. `http://127.0.0.1:11434/v1`. "
        "Empty: OpenAI's own.",
    )
    api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key for the model's server, OpenAI's or that of READOUT_BASE_URL. Local servers need"
        " none.",
    )
    openai_api_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("OPENAI_API_KEY", "READOUT_OPENAI_API_KEY"),
        description="OpenAI's key under its usual name, `OPENAI_API_KEY`; for OpenAI's own address only, "
        "never sent to READOUT_BASE_URL.",
    )
    model_seconds: float = Field(
        default=60.0,
        gt=0,
        le=600,
        description="Seconds that a model may take in all, retries included, before its answer is "
        "given up: longer than any healthy answer, shorter than a reader's patience.",
    )
    model_attempts: int = Field(
        default=3, ge=1, le=3, description="Tries for one answer before it counts as failed."
    )
    context_tokens: int = Field(
        default=6000,
        ge=500,
        description="Tokens of passages put before a model; whole lowest passages are left out beyond. "
        "Fits the 8 k windows of small local models with room for the answer; a model that takes less is "
        "asked again with half of them.",
    )
    model_pause: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="Seconds for which a model is left alone after three failures in a row; answers are "
        "quoted sentences meanwhile. 0: it is asked every time.",
    )
    repair: bool = Field(
        default=False,
        description="Whether a model words sentences anew that the check found not supported: once, within "
        "the same time, and checked again. Costs a second request for such an answer.",
    )
    price_read: float = Field(
        default=0.0,
        ge=0,
        description="Price of a million tokens that the model reads, in US dollars, as its provider lists "
        "it; with READOUT_PRICE_WRITTEN each answer shows what it cost.",
    )
    price_written: float = Field(
        default=0.0, ge=0, description="Price of a million tokens that the model writes, in US dollars."
    )
    local_ports: str = Field(
        default="11434,8000,8080,1234",
        pattern=r"^\d{1,5}(,\d{1,5})*$",
        description="Ports of this machine at which the page looks for a model server (Ollama, vLLM, "
        "llama.cpp, LM Studio) to offer, while no model is set. 0: it does not look.",
    )
    precision: Literal["int8", "fp32"] = Field(
        default="int8",
        description="Arithmetic of the embedded encoder; int8 is about twice as fast as fp32. "
        "Changing it needs `readout rebuild --embed`.",
    )
    threads: int = Field(
        default=0, ge=0, description="Threads of the embedded encoder; 0 takes what the machine has."
    )
    passage_tokens: int = Field(
        default=256,
        ge=32,
        le=480,
        description="Longest passage, in tokens of the encoder: what it was trained to read at once. "
        "Changing it needs the articles added anew.",
    )
    candidates: int = Field(
        default=70, ge=10, le=1000, description="Passages taken from each index before they are ranked."
    )
    hits: int = Field(
        default=8, ge=1, le=50, description="Passages shown and put before a model for one question."
    )
    per_article: int = Field(
        default=3,
        ge=1,
        le=50,
        description="Passages of one article among the hits, so that one text cannot crowd out others.",
    )
    question_characters: int = Field(default=2000, ge=100, description="Longest question, in characters.")
    at_once: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Questions that the page answers at once; others wait for their turn. 0: 2 where"
        " sentences are quoted, 16 where a model writes, as most of their time they wait for it.",
    )
    waiting: int = Field(
        default=50,
        ge=0,
        le=10_000,
        description="Questions that may wait for their turn, one of each visitor; the next one is told that"
        " Readout is busy.",
    )
    per_minute: int = Field(
        default=0,
        ge=0,
        description="Questions that one session of the page may ask within a minute, so that one visitor"
        " cannot keep others waiting. 0: any number.",
    )
    log: Literal["error", "warning", "info", "debug"] = Field(
        default="error",
        description="What the terminal commands tell on standard error of what happens inside, such as why a"
        " model was asked again. Never a key.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="`json`: page and commands tell on standard error what they did and what failed, one JSON"
        " object a line, for a service's log; never a question, a word of an article or a key.",
    )
    password: SecretStr = Field(
        default=SecretStr(""),
        description="One password for all who may open the page, of at least 12 characters; asked for at each"
        " visit. Send it through TLS only. Empty: whoever reaches the page sees it.",
    )
    sign_in_as: str = Field(
        default="",
        pattern=r"^[\x21-\x7e, ]*$",
        description="Who may come in by signing in: addresses and whole domains, e.g. `anna@desk.example,"
        "*@wire.example`. Goes with `[auth]` in `.streamlit/secrets.toml`.",
    )
    sign_in_unverified: bool = Field(
        default=False,
        description="Whether an address counts where the provider does not say if it is verified, such as"
        " Entra ID of one's own organisation. Never where anyone can have an account.",
    )
    file_megabytes: float = Field(
        default=20.0, gt=0, description="Largest file that is read as an article, in MB."
    )

    fetch_hosts: str = Field(
        default="",
        pattern=r"^[\w.:\[\], -]*$",
        description="Hosts of your own network whose addresses may be added, e.g. `intranet.example,"
        "127.0.0.1:8080`. Empty: only public addresses on the ports 80 and 443 are asked.",
    )
    fetch_pause: float = Field(
        default=1.0,
        ge=0,
        le=60,
        description="Seconds between two requests to one host of the web, so that adding a feed is no burden"
        " to it; longer where its robots.txt asks for more.",
    )

    fetch_pages: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="New pages that are read of one feed or sitemap at a time, the newest; adding it again"
        " reads the next.",
    )

    @field_validator("password")
    @classmethod
    def _is_long(cls, password: SecretStr) -> SecretStr:
        if 0 < len(password.get_secret_value()) < PASSWORD_LEAST:
            raise ValueError(f"it needs at least {PASSWORD_LEAST} characters, or none for a page without one")
        return password

    @field_validator("sign_in_as")
    @classmethod
    def _are_addresses(cls, named: str) -> str:
        for one in _parts(named):
            local, _, domain = one.partition("@")
            if not local or not domain or "@" in domain or "*" in domain or ("*" in local and local != "*"):
                raise ValueError("write addresses as anna@desk.example and domains as *@desk.example")
        return named

    def may_sign_in(self, email: str) -> bool:
        """Whether `sign_in_as` names this address or its domain."""
        if not email.isascii() or email.count("@") != 1 or "*" in email:
            return False  # other letters may look like those of one named, or become them in small letters
        email = email.lower()
        return bool({email, f"*@{email.partition('@')[2]}"} & set(_parts(self.sign_in_as)))

    @property
    def log_level(self) -> int:
        """Of what a service tells: what it did, and more where READOUT_LOG asks for more."""
        return min(logging.INFO, logging.getLevelNamesMapping()[self.log.upper()])

    @property
    def key(self) -> str:
        """The key for the server that the model is asked at; empty if there is none."""
        own = self.api_key.get_secret_value()
        return own or ("" if self.base_url else self.openai_api_key.get_secret_value())

    def shown(self) -> tuple[ShownSetting, ...]:
        """All settings, with no key in them."""
        return tuple(
            ShownSetting(
                f"READOUT_{name.upper()}",
                self._shown(name),
                field.description or "",
                name in self.model_fields_set,
            )
            for name, field in type(self).model_fields.items()
        )

    def _shown(self, name: str) -> str:
        value = getattr(self, name)
        if isinstance(value, SecretStr):
            return "set, not shown" if value.get_secret_value() else ""
        return without_user(value) if name == "base_url" else str(value)

    @property
    def own_hosts(self) -> tuple[str, ...]:
        """`fetch_hosts` one by one, in small letters."""
        return _parts(self.fetch_hosts)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports of `local_ports` that can be one."""
        return tuple(port for port in map(int, self.local_ports.split(",")) if 0 < port < 65536)

    def shaping(self) -> dict[str, str | int | float]:
        """What shapes an answer, for a record of it: no key, no address, no folder of the user's."""
        return {name: getattr(self, name) for name in SHAPING}


def _parts(named: str) -> tuple[str, ...]:
    """What stands between commas, in small letters."""
    return tuple(part for one in named.split(",") if (part := one.strip().lower()))


def without_user(address: str) -> str:
    """A web address without the name and password that may stand in front of its host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "not an address"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def load_settings(**changes: object) -> Settings:
    """Settings from the environment with `changes` on top.

    Raises SettingsError with the name of each setting that cannot be used.
    """
    try:
        return Settings(**changes)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()
        )
        raise SettingsError(
            f"A setting cannot be used ({faults}). Mend it in the environment or in .env."
        ) from None
