"""The learned models that scenes are compared with, opened once per process and only if unaltered."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import onnxruntime

from media_analysis.engine.faces.weights import Weights

PACKAGE: Final = "media_analysis.engine.weights"

XFEAT: Final = Weights(
    PACKAGE, "xfeat.onnx", "843e9515c07706de0ea7d7d182e3303fe973bbb9d8afa9e95ca082f19cc82b71"
)
EFFICIENTNET: Final = Weights(
    PACKAGE, "effnet_lite0.onnx", "b5b2edcc0c548d800688d4237dbab669e6af7d9279deaf9fdab6fcb5bc1c21be"
)
COMPONENTS: Final = Weights(
    PACKAGE, "scene_pca.npz", "282958b43b630695a7f71cdae8100e617a24a5e3fb9cacdcee985bf6927e9ada"
)


@lru_cache(maxsize=8)
def open_model(path: Path) -> onnxruntime.InferenceSession:
    """Return a session on one thread: a worker looks at one picture, and several share the machine."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Whoever reads a worker's log must not wade through one warning per picture size.
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
