from pathlib import Path

import pytest

from media_analysis.engine.faces import sface, yunet
from media_analysis.engine.faces.registry import analyzer
from media_analysis.engine.faces.weights import Weights, WeightsError


@pytest.mark.parametrize("weights", [yunet.WEIGHTS, sface.WEIGHTS])
def test_path_finds_the_measured_file(weights: Weights) -> None:
    assert weights.path().is_file()


def test_path_refuses_an_altered_file() -> None:
    altered = Weights(sface.WEIGHTS.package, sface.WEIGHTS.file, "0" * 64)

    with pytest.raises(WeightsError, match="SHA-256 differs"):
        altered.path()


def test_path_refuses_a_missing_file() -> None:
    missing = Weights(sface.WEIGHTS.package, "models/none.onnx", "0" * 64)

    with pytest.raises(WeightsError, match=r"none\.onnx is missing"):
        missing.path()


def test_path_takes_an_operators_replacement_unchecked(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"another model")

    assert sface.WEIGHTS.path(other) == other
    with pytest.raises(WeightsError):
        sface.WEIGHTS.path(tmp_path / "absent.onnx")


def test_replaced_embedder_has_another_model_id(tmp_path: Path) -> None:
    copy = tmp_path / "sface.onnx"
    # A trailing unknown field changes the digest and is skipped by every reader of protocol buffers.
    copy.write_bytes(sface.WEIGHTS.path().read_bytes() + b"\xf8\x07\x01")

    replaced = analyzer("sface", None, copy)

    assert replaced.model_id != analyzer("sface").model_id
    assert replaced.version() != analyzer("sface").version()
