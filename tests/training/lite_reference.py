"""EfficientNet-Lite once more, in plain numpy from the arrays: what the Keras network is held to."""

import numpy as np

Arrays = dict[str, np.ndarray]

STRIDES = {0: 1, 1: 2, 2: 2, 3: 2, 4: 1, 5: 2, 6: 1}
"""Of the first block of each stage."""


def features_and_logits(arrays: Arrays, photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the last feature map, shape (rows, columns, 1280), and the logits of an RGB photo of 0..255."""
    x = (photo.astype(np.float64) - 127) / 128
    x = _relu6(_normalised(_convolved(x, arrays["_conv_stem.weight"], 2), arrays, "_bn0"))
    for number, stride in enumerate(_strides(arrays)):
        x = _block(x, arrays, f"_blocks.{number}", stride)
    x = _relu6(_normalised(_convolved(x, arrays["_conv_head.weight"], 1), arrays, "_bn1"))
    return x, arrays["_fc.weight"] @ x.mean(axis=(0, 1)) + arrays["_fc.bias"]


def n_blocks(arrays: Arrays) -> int:
    """Return how many blocks the arrays are of."""
    return 1 + max(int(name.split(".")[1]) for name in arrays if name.startswith("_blocks"))


def _strides(arrays: Arrays) -> list[int]:
    """Tell the stages from each other by their channels, as the arrays have them."""
    channels = [len(arrays[f"_blocks.{number}._project_conv.weight"]) for number in range(n_blocks(arrays))]
    found, stage = [], -1
    for number, count in enumerate(channels):
        first = number == 0 or count != channels[number - 1]
        stage += first
        found.append(STRIDES[stage] if first else 1)
    return found


def _block(x: np.ndarray, arrays: Arrays, name: str, stride: int) -> np.ndarray:
    inner = x
    if f"{name}._expand_conv.weight" in arrays:
        widened = _convolved(inner, arrays[f"{name}._expand_conv.weight"], 1)
        inner = _relu6(_normalised(widened, arrays, f"{name}._bn0"))
    windows = _windows(inner, arrays[f"{name}._depthwise_conv.weight"].shape[-1], stride)
    filtered = np.einsum("hwcij,cij->hwc", windows, arrays[f"{name}._depthwise_conv.weight"][:, 0])
    inner = _relu6(_normalised(filtered, arrays, f"{name}._bn1"))
    inner = _normalised(_convolved(inner, arrays[f"{name}._project_conv.weight"], 1), arrays, f"{name}._bn2")
    return x + inner if inner.shape == x.shape else inner


def _normalised(x: np.ndarray, arrays: Arrays, name: str) -> np.ndarray:
    mean, variance = arrays[f"{name}.running_mean"], arrays[f"{name}.running_var"]
    return np.asarray((x - mean) / np.sqrt(variance + 1e-3) * arrays[f"{name}.weight"] + arrays[f"{name}.bias"])


def _relu6(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(x, 0, 6))


def _convolved(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    return np.asarray(np.einsum("hwcij,ocij->hwo", _windows(x, kernel.shape[-1], stride), kernel, optimize=True))


def _windows(x: np.ndarray, side: int, stride: int) -> np.ndarray:
    """Cut out the neighbourhood of each place, with TensorFlow's padding: where it is odd, one more at the end."""
    missing = [max((-(-n // stride) - 1) * stride + side - n, 0) for n in x.shape[:2]]
    padded = np.pad(x, [*((m // 2, m - m // 2) for m in missing), (0, 0)])
    return np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(0, 1))[::stride, ::stride]
