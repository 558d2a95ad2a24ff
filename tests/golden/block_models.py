"""A model whose layers lie in attributes of every kind, from the layers of layerlab or of Keras."""


def blocks(library):
    """Layers in lists, dictionaries and private attributes, with weights of the block itself among them."""
    layers = library.layers

    class Block(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.zoo = [layers.Dense(3), layers.Dense(4), {"b": layers.Dense(5), "a": [layers.Dense(2)]}]
            self._hidden = layers.Dense(2)
            self.branch = layers.Dense(6)

        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
            self.shift = self.add_weight(shape=(), initializer="zeros", trainable=False, name="shift")

        def call(self, inputs):
            first, second, more = self.zoo
            y = second(first(inputs * self.scale + self.shift))
            return self.branch(self._hidden(more["a"][0](more["b"](y))))

    class Whole(library.Model):
        def __init__(self):
            super().__init__(name="whole")
            self.zero = layers.Dense(4)
            self.block = Block(name="block")
            self.after = [layers.Dense(2)]

        def call(self, inputs):
            return self.after[0](self.block(self.zero(inputs)))

    return Whole()
