"""The encoder that Chroma uses when none is named: its own class, over a graph made from the same weights.

Chroma would download its graph; here nothing is downloaded. All that decides its speed is Chroma's own
code: batches of 32 texts, each filled up or cut to 256 tokens, and the settings of its session. The graph
holds onnxruntime's fused operators, the best that its optimizers make of an exported BERT.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2
from onnx import ModelProto, TensorProto, helper

from rag.encoder_graph import TOKENIZER, WEIGHTS, build_graph, find_model_folder, read_model_file
from rag.types import Vectors

LONGEST = 256  # tokens of a text, in Chroma as here


class ChromaDefault(ONNXMiniLM_L6_V2):
    """Chroma's class with its two files laid into `folder`, so that it has nothing to download."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.DOWNLOAD_PATH = folder
        files = folder / self.EXTRACTED_FOLDER_NAME
        files.mkdir(parents=True, exist_ok=True)
        model = find_model_folder()
        (files / TOKENIZER).write_bytes(read_model_file(model, TOKENIZER))
        graph = masked(build_graph(read_model_file(model, WEIGHTS)))
        (files / "model.onnx").write_bytes(graph.SerializeToString())

    def _download_model_if_not_exists(self) -> None:
        """Its files are there."""


class Unpadded(ChromaDefault):
    """The same graph and session one text at a time, with no filling up: the least work fp32 can have."""

    @cached_property
    def tokenizer(self) -> Any:
        tokenizer = super().tokenizer
        tokenizer.no_padding()
        return tokenizer

    def embed(self, texts: list[str]) -> Vectors:
        return np.concatenate([self._forward([text]) for text in texts])


def masked(model: ModelProto) -> ModelProto:
    """The fp32 graph with the three inputs and the output that Chroma expects."""
    graph = model.graph
    shape = ["texts", "length"]
    del graph.input[:]
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        graph.input.append(helper.make_tensor_value_info(name, TensorProto.INT64, shape))
    for node in graph.node:
        node.input[:] = ["input_ids" if name == "ids" else name for name in node.input]
        if node.op_type == "Attention":
            node.input.append("mask")
    graph.node.insert(0, helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.INT32))
    return model
