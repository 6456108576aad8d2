"""The rules that keep the house in order: who may import whom, and that importing does no work."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Each stage may import what stands in a line above its own, and its neighbours on the same line.
ARROW = (
    {"types", "settings", "errors", "logs"},
    {"cleaning", "irregular", "turnstile"},
    {"reading"},
    {"readers", "passages", "prompts"},
    {"web"},
    {"listing", "runs"},
    {"show", "show_html", "show_saved", "show_conversation"},
    {"verdicts"},
    {
        "citations",
        "copies",
        "disagreements",
        "encoder_graph",
        "embedding",
        "langchain_embedding",
    },
    {
        "schema",
        "shingles",
        "editions",
        "feedback",
        "rows",
        "outlines",
        "words",
        "vectors",
        "library",
        "conversations",
        "visits",
    },
    {
        "index",
        "faults",
        "questions",
        "speakers",
        "offers",
        "spelling",
        "links",
        "thoughts",
        "breaker",
        "loopback",
        "repair",
    },
    {"commands", "mentions", "leaning", "antecedents", "follow_ups", "sought"},
    {"premise_point"},
    {"premise_events"},
    {
        "adding",
        "backups",
        "evidence",
        "lacking",
        "premises",
        "unmentioned",
        "sentences",
        "speller",
        "summaries",
        "models",
        "replies",
        "saving",
        "verifying",
    },
    {"whether"},
    {"retrieval", "generative", "extractive", "web_adding"},
    {"answering", "langchain_retriever", "evaluation"},
    {"health"},
    {"cli", "page"},
)
ONLY_TYPES = {"citations", "prompts", "show", "show_html", "show_saved", "show_conversation"}  # pure


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def stages(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("rag.")}


def modules() -> dict[str, Path]:
    return {path.stem: path for path in (ROOT / "rag").glob("*.py") if path.stem != "__init__"}


def test_every_stage_has_its_place() -> None:
    assert set(modules()) <= set().union(*ARROW)


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_stage_imports_only_what_comes_before_it(name: str) -> None:
    place = next(i for i, line in enumerate(ARROW) if name in line)
    allowed = set().union(*ARROW[: place + 1])
    assert stages(imports(modules()[name])) <= allowed


@pytest.mark.parametrize("name", sorted(ONLY_TYPES & set(modules())))
def test_pure_stages_import_only_types_and_each_other(name: str) -> None:
    assert stages(imports(modules()[name])) <= ONLY_TYPES | {"types", "verdicts"}


@pytest.mark.parametrize("name", ["reading", "verdicts", "web"])
def test_a_package_imports_only_what_comes_before_it(name: str) -> None:
    place = next(i for i, line in enumerate(ARROW) if name in line)
    for path in (ROOT / "rag" / name).glob("*.py"):
        assert stages(imports(path)) <= set().union(*ARROW[: place + 1]), path


def test_the_verdicts_know_only_types_words_and_each_other() -> None:
    for path in (ROOT / "rag" / "verdicts").glob("*.py"):
        assert stages(imports(path)) <= {"types", "irregular", "verdicts"}, path


def test_only_the_page_knows_streamlit() -> None:
    for path in (ROOT / "rag").rglob("*.py"):
        if path.parent.name != "page":
            assert not any(name.split(".")[0] == "streamlit" for name in imports(path)), path


def test_the_package_knows_neither_evals_nor_app() -> None:
    for path in (ROOT / "rag").rglob("*.py"):
        assert not {"evals", "app", "tests"} & {name.split(".")[0] for name in imports(path)}, path


def test_only_the_modules_for_models_and_the_fetcher_open_connections() -> None:
    for path in (ROOT / "rag").rglob("*.py"):
        if path.stem not in ("models", "faults", "loopback", "fetching"):
            clients = {"openai", "httpx", "httpx2", "requests", "urllib.request", "langchain_openai"}
            clients |= {"http.client", "http.client.HTTPConnection", "urllib3"}
            assert not clients & imports(path), path


def test_importing_the_package_loads_nothing() -> None:
    code = "import sys, rag; print(sorted({name.split('.')[0] for name in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not any(name in found for name in ("numpy", "chromadb", "streamlit", "langchain", "pydantic"))


def test_the_commands_help_loads_no_heavy_part() -> None:
    code = (
        "import sys; sys.argv = ['readout', '--help']\n"
        "import rag.cli\n"
        "try:\n    rag.cli.main()\nexcept SystemExit:\n    pass\n"
        "print('LOADED', sorted({name.split('.')[0] for name in sys.modules}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = found.split("LOADED")[1]
    for name in ("numpy", "pydantic", "chromadb", "streamlit", "langchain_core", "tantivy"):
        assert f"'{name}'" not in loaded


def test_make_bench_measures_all_sizes_where_a_folder_is_named() -> None:
    plan = subprocess.run(
        ["make", "-n", "bench", "BENCH=sets"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "evals bench --passages 1000,25000,250000 --texts sets/news-distractors" in plan.stdout
