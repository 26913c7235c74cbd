"""From a recipe to a network: backbone, head, and the two models of it: one to train, one to serve."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from defect_app.errors import InvalidRecipe
from defect_app.recipes.recipe import Recipe
from defect_app.training.attention import ATTENDED_LAYER, SCORES_LAYER, attended
from defect_app.training.backbones import build_backbone
from defect_app.training.heads import apply_head, head_layers
from defect_app.training.localisation_loss import with_evidence, with_scores


@dataclass(frozen=True)
class Network:
    """One set of layers in two models.

    Attributes
    ----------
    training_model : keras.Model
        Gives logits, shape (batch, n_classes), followed by those of each place where a recipe has a localisation loss:
        what is trained.
    inference_model : keras.Model
        Gives softmax probabilities and the last feature map: what is saved.
    feature_layer : str
        The layer that gives the feature map.
    descriptor_map : KerasTensor, shape (batch, rows, columns, n_channels)
        A map in the middle; its mean over the picture is the descriptor by which familiarity is judged.
    """

    training_model: Any
    inference_model: Any
    feature_layer: str
    descriptor_map: Any


def build_network(recipe: Recipe, n_classes: int, data_dir: Path | None = None) -> Network:
    """Build the network of a recipe.

    Raises
    ------
    InvalidRecipe
        If the head keeps the ImageNet classifier, but there is none or the classes are others.
    DataUnavailable
        If the start weights cannot be loaded.
    """
    backbone = build_backbone(recipe.backbone, height=recipe.input.height, width=recipe.input.width, data_dir=data_dir)
    features, feature_layer, scores = backbone.features, backbone.feature_layer, None
    if recipe.head.attention:
        (features, scores), feature_layer = attended(features), ATTENDED_LAYER
    head = head_layers(recipe.head, n_classes)
    dense = head[-1]
    softmax = keras.layers.Activation("softmax", name="probabilities", dtype="float32")
    logits = apply_head(head, features, training=True)
    if recipe.loss.localisation:
        logits = with_evidence(logits, features, dense) if scores is None else with_scores(logits, scores)
    training_model = keras.Model(backbone.inputs, logits, name="training_model")
    inference_model = keras.Model(
        backbone.inputs,
        [softmax(apply_head(head, features, training=False)), features],
        name=recipe.model.replace("-", "_"),
    )
    if recipe.head.kind == "imagenet":
        if backbone.classifier is None or backbone.classifier[1].shape[0] != n_classes:
            raise InvalidRecipe(f"{recipe.name}: head.kind = 'imagenet' needs ImageNet weights and its 1,000 classes.")
        dense.set_weights(backbone.classifier)
    _freeze_layers(training_model, {*backbone.fresh, SCORES_LAYER, *(layer.name for layer in head)}, recipe)
    return Network(training_model, inference_model, feature_layer, backbone.descriptor_map)


def build_for_training(recipe: Recipe, n_classes: int, data_dir: Path | None = None) -> Network:
    """Build the network of a recipe in the precision of its training; see `build_network`."""
    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_bfloat16" if recipe.optimiser.precision == "bfloat16" else "float32")
        return build_network(recipe, n_classes, data_dir)
    finally:
        keras.config.set_dtype_policy(before)


def in_float32(network: Network, recipe: Recipe, n_classes: int, data_dir: Path | None = None) -> Network:
    """Return the same weights in a network that computes in float32: what is saved, measured and served."""
    if recipe.optimiser.precision == "float32":
        return network
    exact = build_network(recipe, n_classes, data_dir)
    exact.training_model.set_weights(network.training_model.get_weights())
    return exact


def _freeze_layers(model: Any, always_trained: set[str], recipe: Recipe) -> None:
    entries = recipe.backbone
    if entries.learns_from and entries.learns_from not in [layer.name for layer in model.layers]:
        raise InvalidRecipe(f"{recipe.name}: backbone.learns_from names no layer: {entries.learns_from!r}.")
    reached = not entries.learns_from
    for layer in model.layers:
        reached = reached or layer.name == entries.learns_from
        if layer.name in always_trained:
            continue
        if not reached or entries.learns == "head":
            layer.trainable = False
        elif isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = entries.batch_norm == "trained"
