"""A text's meaning as a vector: a small embedding model in ONNX form, run on the processor.

The extra `semantic` brings what this needs; it is imported when a model is opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.errors import InputError
from corpus.machine import processors

Vectors = npt.NDArray[np.float32]

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"

# Of a text, this much is read: 256 tokens take three times as long as 128 (11 texts a second and processor against 29)
# and rank no better (nDCG@10 of stackfaq .932 against .934, of med .794 both).
MOST_TOKENS = 128
LONGEST = 8 * MOST_TOKENS  # characters that may make so many tokens; the rest is not even looked at
BATCH = 4  # texts run together: four are as fast as one by one, sixteen slower, for they leave the processor's cache
MOST_ASKED = 64  # tokens of a question that are read: nDCG@10 of med .793 (128: .791), of medquad-long .596 (.597)
CHUNK = 128  # texts embedded between two writes


class Model:
    """An embedding model in a folder. Safe to share between threads.

    Running it lets go of the interpreter: other requests are answered meanwhile.

    Raises:
        InputError: the folder does not hold a model, or the extra is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            raise no_packages() from None
        try:
            data = [(folder / name).read_bytes() for name in (MODEL, TOKENIZER)]
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # many texts are shared out over threads here, one text needs no more
            self._session = onnxruntime.InferenceSession(data[0], options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_str(data[1].decode())
            self._tokenizer.enable_truncation(MOST_TOKENS)
            self._tokenizer.enable_padding()
            self._inputs = [one.name for one in self._session.get_inputs()]
            self.size = self.encode(["A text."]).shape[1]
        except OSError:
            raise InputError(f"{folder} does not hold {MODEL} and {TOKENIZER}.", "no_model") from None
        except Exception as error:  # both libraries raise what they like
            raise InputError(f"The model in {folder} cannot be used: {error}", "bad_model") from error
        self.id = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in data)).hexdigest()[:16]

    def encode(self, texts: Sequence[str], most: int = MOST_TOKENS) -> Vectors:
        """Return a vector of length 1 for each text, of which at most so many tokens are read."""
        # half of a character that was cut in two is no text to the tokenizer
        encoded = self._tokenizer.encode_batch([text[:LONGEST].encode("utf-8", "replace").decode() for text in texts])
        mask = np.array([one.attention_mask[:most] for one in encoded], np.int64)
        values = {
            "input_ids": np.array([one.ids[:most] for one in encoded], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        output = self._session.run(None, {name: values[name] for name in self._inputs})[0]
        if output.ndim == 3:  # a vector a token: their mean, without the padding
            output = (output * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        vectors: Vectors = output / np.maximum(np.linalg.norm(output, axis=1, keepdims=True), 1e-9)
        return vectors.astype(np.float32)

    def encode_all(self, texts: Sequence[str], everywhere: bool) -> Iterator[tuple[list[str], Vectors]]:
        """Yield the texts in chunks with their vectors, the longest first: texts of one length need no padding.

        On all processors where it may be `everywhere`, else on one.
        """
        ordered = sorted(texts, key=len, reverse=True)
        with ThreadPoolExecutor(processors() if everywhere else 1) as pool:
            for start in range(0, len(ordered), CHUNK):
                chunk = ordered[start : start + CHUNK]
                batches = [chunk[first : first + BATCH] for first in range(0, len(chunk), BATCH)]
                yield chunk, np.concatenate(list(pool.map(self.encode, batches)))


def no_packages() -> InputError:
    return InputError(
        "Searching by meaning needs more packages. Run: pip install 'answerdesk[semantic]'", "no_semantic"
    )
