"""Pooling: the maximum or the mean of small windows, or of everything, in one to three spatial axes."""


from layerlab.layers.spatial import SpatialLayer, as_padding, as_tuple, window_lengths

__all__ = [
    f"{prefix}{rank}D"
    for prefix in (
        "AveragePooling", "AvgPool", "GlobalAveragePooling", "GlobalAvgPool", "GlobalMaxPool", "GlobalMaxPooling",
        "MaxPool", "MaxPooling",
    )
    for rank in (1, 2, 3)
]  # fmt: skip


class _Pooling(SpatialLayer):
    """Windows over the spatial axes, each channel for itself."""

    config_names = ("pool_size", "padding", "strides", "data_format")

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.pool_size = as_tuple(pool_size, self.rank, "pool_size")
        self.strides = self.pool_size if strides is None else as_tuple(strides, self.rank, "strides")
        self.padding = as_padding(padding)
        self._set_data_format(data_format)

    def _pool(self, x):
        raise NotImplementedError

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)  # refuses windows that do not fit
        return self._own_layout(self._pool(self._channels_last(self._as_float(inputs))))

    def compute_output_shape(self, input_shape):
        received = f"`inputs shape={tuple(input_shape)}`, `pool_size={self.pool_size}`, `padding={self.padding}`"
        ones = (1,) * self.rank
        lengths = window_lengths(
            self._spatial(input_shape), self.pool_size, self.strides, ones, self.padding, received
        )
        return self._shape(input_shape[0], lengths, self._channels(input_shape))
