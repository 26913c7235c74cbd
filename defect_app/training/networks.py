"""From a recipe to a network: backbone, head, and the two views of it that learn and that serve."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from defect_app.errors import InvalidRecipe
from defect_app.training.backbones import BACKBONES, build_backbone
from defect_app.training.localisation import with_evidence
from defect_app.training.recipe import Recipe


@dataclass(frozen=True)
class Network:
    """One set of layers, seen twice.

    Attributes
    ----------
    learner : keras.Model
        Gives logits, shape (batch, n_classes), followed by those of each place where the recipe teaches places: what
        is trained.
    server : keras.Model
        Gives softmax probabilities and the last feature map: what is saved.
    feature_layer : str
        The layer that gives the feature map.
    familiar_layer : str
        The layer by which familiarity is judged.
    """

    learner: Any
    server: Any
    feature_layer: str
    familiar_layer: str


def build_network(recipe: Recipe, n_classes: int, data_dir: Path | None = None) -> Network:
    """Build the network of a recipe.

    Raises
    ------
    InvalidRecipe
        If the head keeps the ImageNet classifier, but there is none or the classes are others.
    DataUnavailable
        If the start weights cannot be loaded.
    """
    backbone = build_backbone(
        recipe.backbone.name,
        height=recipe.input.height,
        width=recipe.input.width,
        weights=recipe.backbone.weights,
        data_dir=data_dir,
    )
    pooled = keras.layers.GlobalAveragePooling2D(name="pooling")(backbone.features)
    # Dropout belongs to learning alone: it is in the learner's path only, and never exported.
    kept = keras.layers.Dropout(recipe.head.dropout, name="dropout")(pooled) if recipe.head.dropout else pooled
    # Softmax is a layer of its own, so that explanations can reach the logits.
    dense = keras.layers.Dense(n_classes, name="logits")
    softmax = keras.layers.Activation("softmax", name="probabilities", dtype="float32")
    logits = dense(kept)
    if recipe.loss.localisation:
        logits = with_evidence(logits, backbone.features, dense)
    learner = keras.Model(backbone.inputs, logits, name="learner")
    server = keras.Model(
        backbone.inputs,
        [softmax(dense(pooled)), backbone.features],
        name=recipe.model.replace("-", "_"),
    )
    if recipe.head.kind == "imagenet":
        if backbone.classifier is None or backbone.classifier[1].shape[0] != n_classes:
            raise InvalidRecipe(f"{recipe.name}: head.kind = 'imagenet' needs ImageNet weights and its 1,000 classes.")
        dense.set_weights(backbone.classifier)
    for layer in learner.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = recipe.backbone.batch_norm == "trained"
        elif recipe.backbone.learns == "head" and layer is not dense:
            layer.trainable = False
    return Network(learner, server, backbone.feature_layer, BACKBONES[recipe.backbone.name].familiar_layer)
