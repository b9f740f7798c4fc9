"""The embedding model in the home: taken from a folder, or fetched from the hub."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import uuid
from pathlib import Path

from corpus.errors import OutageError, disk_outage
from search.embedding import MODEL, TOKENIZER, Model, no_packages
from search.semantic import MODEL_FOLDER

_MODELS = "models"

# all-MiniLM-L6-v2, int8: small, fast on a processor, and its license is Apache 2.0.
REPOSITORY = "Xenova/all-MiniLM-L6-v2"
REVISION = "751bff37182d3f1213fa05d7196b954e230abad9"
FILES = {  # its name here: its name there, and its SHA-256
    MODEL: ("onnx/model_quantized.onnx", "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1"),
    TOKENIZER: ("tokenizer.json", "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0"),
}


def use(home: Path, source: Path) -> str:
    """Copy the model of a folder into the home, in place of the one before; return its id.

    Raises:
        InputError: the folder does not hold a model that works here.
        OutageError: the disk failed.
    """
    model = Model(source)
    folder = home / _MODELS / model.id
    part, link = (home / _MODELS / f"{uuid.uuid4().hex}.part" for _ in range(2))
    try:
        if not folder.exists():
            part.mkdir(parents=True)
            for name in (MODEL, TOKENIZER):
                shutil.copyfile(source / name, part / name)
                with (part / name).open("rb") as copied:
                    os.fsync(copied.fileno())
            part.rename(folder)
        link.symlink_to(Path(_MODELS) / model.id, target_is_directory=True)
        link.replace(home / MODEL_FOLDER)
        for path in folder.parent.iterdir():
            if path != folder:
                shutil.rmtree(path, ignore_errors=True)
    except OSError as error:
        raise disk_outage(error, home) from error
    return model.id


def fetch(home: Path) -> str:
    """Fetch the default model from the hub (or from where `HF_ENDPOINT` says), and use it; return its id.

    Raises:
        InputError: the extra is not installed.
        OutageError: the hub is away, what came is not the model, or the disk failed.
    """
    part = home / _MODELS / f"{uuid.uuid4().hex}.part"
    try:
        part.mkdir(parents=True)
        for name, (path, digest) in FILES.items():
            _download(path, part / "hub").rename(part / name)
            if hashlib.sha256((part / name).read_bytes()).hexdigest() != digest:
                raise OutageError(f"What came as {path} is not the model. Nothing was changed.", "wrong_model")
        return use(home, part)
    except OSError as error:
        raise disk_outage(error, home) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _download(path: str, folder: Path) -> Path:
    try:
        from huggingface_hub import hf_hub_download, utils
    except ImportError:
        raise no_packages() from None
    utils.logging.set_verbosity_error()
    if not sys.stderr.isatty():
        utils.disable_progress_bars()
    try:
        return Path(hf_hub_download(REPOSITORY, path, revision=REVISION, local_dir=folder))
    except Exception as error:  # of many families
        if isinstance(error, OSError) and error.errno:
            raise
        words = "The hub cannot be reached, or does not have the model. Check the network, or copy a folder with "
        words += f"{MODEL} and {TOKENIZER} here and run: answerdesk model use DIR"
        raise OutageError(words, "hub_away") from error
