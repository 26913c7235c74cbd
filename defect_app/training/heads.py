"""What turns a feature map into logits: layers in a row, and what each channel of the map speaks for, worked out.

A head pools or flattens the feature map, may have dense layers, and ends in a dense layer of logits. Where the logits
follow from the averaged features directly, that layer's weights are a class activation map's. Otherwise the weights
depend on the photo or on the place: `ChannelWeights` differentiates the head by hand, so that the model that serves
gives them as an output, and heat maps need no TensorFlow.
"""

from __future__ import annotations

from typing import Any

import keras

from defect_app.errors import InvalidRecipe
from defect_app.recipes.entries import HeadEntries

LOGITS_LAYER = "logits"


def head_layers(entries: HeadEntries, n_classes: int) -> list[Any]:
    """Return the layers of a head in order, from the feature map to logits of shape (batch, n_classes).

    Parameters
    ----------
    entries : HeadEntries
        How it pools, and which dense layers it has.
    n_classes : int
        At least two.
    """
    layers: list[Any] = [_pooling(entries)]
    if entries.standardised:
        layers.append(keras.layers.BatchNormalization(momentum=0.9, name="standardising"))
    if not entries.units:
        layers += _dropouts(entries, "dropout")
    for number, units in enumerate(entries.units, start=1):
        layers.append(keras.layers.Dense(units, name=f"dense_{number}"))
        if entries.batch_norm:
            layers.append(keras.layers.BatchNormalization(momentum=0.9, name=f"dense_{number}_norm"))
        if entries.activation == "prelu":
            layers.append(keras.layers.PReLU(name=f"dense_{number}_prelu"))
        else:
            layers.append(keras.layers.ReLU(name=f"dense_{number}_relu"))
        layers += _dropouts(entries, f"dropout_{number}")
    # Softmax is a layer of its own, so that explanations can reach the logits.
    layers.append(keras.layers.Dense(n_classes, name=LOGITS_LAYER))
    return layers


def apply_head(layers: list[Any], features: Any, *, training: bool) -> Any:
    """Return the logits of a feature map.

    Parameters
    ----------
    layers : list of keras.layers.Layer
        See `head_layers`.
    features : KerasTensor, shape (batch, rows, columns, n_channels)
        The last feature map.
    training : bool
        Dropout belongs to training alone: it is left out of what serves, and never exported.
    """
    x = features
    for layer in layers:
        if training or not isinstance(layer, keras.layers.Dropout):
            x = layer(x)
    return x


def layers_after(network: Any, feature_layer: str) -> list[Any]:
    """Return a network's layers between the feature map and the logits, in order, without dropout.

    Raises
    ------
    InvalidRecipe
        If they are not in one row.
    """
    found: list[Any] = []
    layer = network.get_layer(LOGITS_LAYER)
    while layer.name != feature_layer:
        if not isinstance(layer, keras.layers.Dropout):
            found.append(layer)
        before = layer.input
        if isinstance(before, list | tuple):
            raise InvalidRecipe(f"The layer {layer.name} of the head has several inputs.", "Join networks before it.")
        layer = before._keras_history.operation
    return found[::-1]


def is_linear(layers: list[Any]) -> bool:
    """Say whether a head is average pooling and one dense layer: its class activation map is in its weights."""
    return len(layers) == 2 and isinstance(layers[0], keras.layers.GlobalAveragePooling2D)


def is_differentiable(layers: list[Any]) -> bool:
    """Say whether `ChannelWeights` knows every layer of a head."""
    return isinstance(layers[0], _POOLINGS) and all(_is_known(layer) for layer in layers[1:])


class ChannelWeights(keras.layers.Layer):
    """What each channel of a feature map speaks for on this photo: the gradient of each logit.

    A head that averages the map treats all places alike: each channel has one weight for all of them, and these are
    Grad-CAM's, times the number of places, so that on a head of average pooling and one dense layer they are that
    layer's kernel. A head that flattens the map or takes its strongest places has weights of its own for each place,
    as in HiResCAM: averaging them, as Grad-CAM does, shows places that the head does not look at.
    Written out by the chain rule, layer by layer from the logits back, because a model that serves cannot
    differentiate.
    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017;
    Draelos, Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural networks", 2020.

    Parameters
    ----------
    layers : list of keras.layers.Layer
        Of the head, in order; see `layers_after`.

    Raises
    ------
    InvalidRecipe
        If a layer's derivative is not known.
    """

    def __init__(self, layers: list[Any], **options: Any) -> None:
        super().__init__(**options)
        if not is_differentiable(layers):
            found = [type(layer).__name__ for layer in layers]
            raise InvalidRecipe(f"No gradient is known of a head of {', '.join(found)}.")
        self.head = layers

    def call(self, features: Any) -> Any:
        """Return the weights that a map, shape (batch, rows, columns, n_channels), has for each class.

        Their shape is (batch, n_channels, n_classes), or (batch, rows, columns, n_channels, n_classes) where each place
        has its own.
        """
        inputs = [features]
        for layer in self.head[:-1]:
            inputs.append(layer(inputs[-1], training=False))
        # The derivative of the logits by the last layer's input, the same for every photo.
        slope = self.head[-1].kernel[None]
        for layer, x in zip(self.head[-2:0:-1], inputs[-2:0:-1], strict=True):
            slope = _through(layer, x, slope)
        # Of one photo where no layer depends on the photo: every photo gets its own.
        slope = slope * keras.ops.ones_like(features[:, :1, 0, :1])
        return _to_places(self.head[0], features, slope)


_POOLINGS = (keras.layers.GlobalAveragePooling2D, keras.layers.GlobalMaxPooling2D, keras.layers.Flatten)


def _is_known(layer: Any) -> bool:
    if isinstance(layer, keras.layers.Dense):
        return layer.activation is keras.activations.linear
    if isinstance(layer, keras.layers.ReLU):
        return not (layer.negative_slope or layer.threshold or layer.max_value)
    return isinstance(layer, keras.layers.BatchNormalization | keras.layers.PReLU)


def _through(layer: Any, x: Any, slope: Any) -> Any:
    """Carry the derivative by a layer's output, shape (batch or 1, n_out, n_classes), back to its input `x`."""
    ops = keras.ops
    if isinstance(layer, keras.layers.Dense):
        return ops.matmul(layer.kernel, slope)
    if isinstance(layer, keras.layers.BatchNormalization):
        gain = layer.gamma / ops.sqrt(layer.moving_variance + layer.epsilon)
        return gain[:, None] * slope
    below = layer.alpha if isinstance(layer, keras.layers.PReLU) else 0.0
    return ops.where(x > 0, 1.0, below)[..., None] * slope


def _to_places(pooling: Any, features: Any, slope: Any) -> Any:
    """Carry the derivative by what the pooling gives, shape (batch, n, n_classes), back to the feature map."""
    ops = keras.ops
    if isinstance(pooling, keras.layers.Flatten):
        return ops.reshape(slope, (-1, *features.shape[1:], slope.shape[-1]))
    if isinstance(pooling, keras.layers.GlobalMaxPooling2D):
        strongest = ops.cast(ops.equal(features, ops.max(features, axis=(1, 2), keepdims=True)), slope.dtype)
        share = strongest / ops.sum(strongest, axis=(1, 2), keepdims=True)
        return share[..., None] * slope[:, None, None]
    # The mean spreads the slope evenly: the same at each place, here summed over them.
    return slope


def _pooling(entries: HeadEntries) -> Any:
    if entries.kind == "flat":
        return keras.layers.Flatten(name="flattening")
    if entries.kind == "max":
        return keras.layers.GlobalMaxPooling2D(name="pooling")
    return keras.layers.GlobalAveragePooling2D(name="pooling")


def _dropouts(entries: HeadEntries, name: str) -> list[Any]:
    if not entries.dropout:
        return []
    names = [name] + [f"{name}_{again}" for again in range(2, entries.dropouts + 1)]
    return [keras.layers.Dropout(entries.dropout, name=n) for n in names]
