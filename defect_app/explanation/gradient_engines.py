"""Which gradient engine explains a model, loaded when first asked for; few are kept, and they let go when idle."""

from __future__ import annotations

import threading
from collections import OrderedDict

from defect_app.catalog import find_model, original_of
from defect_app.engine.gradient_engine import GradientEngine
from defect_app.errors import ModelUnavailable
from defect_app.inspection import Inspector

MOST_LOADED = 2
IDLE_S = 60.0
"""After so long without a question the compiled graphs are let go of: they hold up to 200 MB."""

_lock = threading.Lock()
_loaded: OrderedDict[tuple[str, str], GradientEngine] = OrderedDict()
_idle: list[threading.Timer] = []


def gradient_engine(model: Inspector) -> GradientEngine:
    """Return what runs a model backwards; for a quantised copy the model that it was made of.

    Raises
    ------
    ModelUnavailable
        If the original of a copy is missing or takes other photos, or the model has no logits.
    """
    with _lock:
        _let_go_later()
        key = (model.spec.id, str(model.spec.version))
        for other in [engine for loaded, engine in _loaded.items() if loaded != key]:
            other.release()
        if key not in _loaded:
            while len(_loaded) >= MOST_LOADED:
                _loaded.popitem(last=False)
            _loaded[key] = _load(model)
        _loaded.move_to_end(key)
        return _loaded[key]


def release_gradient_engines() -> None:
    """Let go of every loaded engine and its memory; whoever holds one may go on with it."""
    with _lock:
        # Whoever is in the middle of a map holds the engine itself, and compiles anew.
        for engine in _loaded.values():
            engine.release()
        _loaded.clear()


def explained_model_id(model: Inspector) -> str:
    """Return the id of the model whose gradients explain this one: its own, or that of a quantised copy's original."""
    return original_of(model.spec) or model.spec.id


def _load(model: Inspector) -> GradientEngine:
    original = original_of(model.spec)
    if original is None:
        return GradientEngine(model.spec, model.folder)
    try:
        spec, folder = find_model(original, model.folder.parent)
    except ModelUnavailable as error:
        raise ModelUnavailable(
            f"{model.spec.id} is a quantised copy: its gradients are those of {original}, which is not there ({error})",
            "Restore it, or use the class activation map.",
        ) from error
    if (spec.class_names, spec.input) != (model.spec.class_names, model.spec.input):
        raise ModelUnavailable(f"{original} is no longer the model that {model.spec.id} was made of.")
    return GradientEngine(spec, folder)


def _let_go_later() -> None:
    while _idle:
        _idle.pop().cancel()
    timer = threading.Timer(IDLE_S, release_gradient_engines)
    timer.daemon = True
    _idle.append(timer)
    timer.start()
