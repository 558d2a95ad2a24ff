# %% [markdown]
# # Exercises to chapter 5 · Regularizers
#
# Seven answers in code and one in words, 12 points. You need [chapter 5](../notebooks/05_regularizers.ipynb).
#
# Penalties are Keras's: `l1` times the sum of the absolute values, `l2` times the sum of the squares, without a factor ½.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## The price of weights (1 point)
#
# The penalty of `L1L2(l1, l2)`.
#
# - `w`: an array of any shape; `l1`, `l2`: numbers. Returns: a number.


# %% exercise="l1-l2"
def l1_l2(w, l1, l2):
    """The L1 and the L2 penalty together."""
    ### BEGIN SOLUTION
    return l1 * np.sum(np.abs(w)) + l2 * np.sum(w**2)
    ### END SOLUTION


# %% [markdown]
# ## How the price pulls (2 points)
#
# The gradient of that penalty with respect to each weight. The absolute value has no derivative at 0: take 0 there.
#
# - Returns: an array of the shape of `w`.


# %% exercise="l1-l2-gradient"
def l1_l2_gradient(w, l1, l2):
    """The gradient of the penalty."""
    ### BEGIN SOLUTION
    return l1 * np.sign(w) + 2 * l2 * w
    ### END SOLUTION


# %% [markdown]
# ## A step that pays the price (1 point)
#
# One step of gradient descent on the loss *with* an L2 penalty.
#
# - `w`: the weights; `gradient`: the gradient of the loss without the penalty, same shape; `learning_rate`, `l2`: numbers.
# - Returns: the new weights.


# %% exercise="penalized-step"
def penalized_step(w, gradient, learning_rate, l2):
    """The weights after a step on the loss with its L2 penalty."""
    ### BEGIN SOLUTION
    return w - learning_rate * (gradient + 2 * l2 * w)
    ### END SOLUTION


# %% [markdown]
# ## What the training sees (1 point)
#
# Every layer of a model has `kernel_regularizer=L2(l2)` and no other regularizer. What is the loss that is minimized?
#
# - `data_loss`: the loss on the data; `weights`: a list with a pair `(kernel, bias)` for each layer; `l2`: a number.
# - Returns: a number.


# %% exercise="total-loss"
def total_loss(data_loss, weights, l2):
    """The loss with the penalties of all layers."""
    ### BEGIN SOLUTION
    return data_loss + sum(l2 * np.sum(kernel**2) for kernel, bias in weights)
    ### END SOLUTION


# %% [markdown]
# ## A price on outputs (1 point)
#
# `activity_regularizer=L2(l2)` punishes what a layer puts out, not its weights: the sum of the squares for each sample,
# averaged over the samples.
#
# - `outputs`: an array with the samples along its first axis. Returns: a number.


# %% exercise="activity-penalty"
def activity_penalty(outputs, l2):
    """The L2 penalty on the outputs of a layer."""
    ### BEGIN SOLUTION
    return l2 * np.sum(outputs**2) / len(outputs)
    ### END SOLUTION


# %% [markdown]
# ## How L1 reaches exactly zero (2 points)
#
# Small steps against the L1 gradient jump to and fro around zero. The *soft threshold* does it exactly: every weight moves
# toward zero by `amount`, and a weight that is nearer than that becomes 0.
#
# - `w`: an array; `amount`: a positive number. Returns: an array of the same shape.


# %% exercise="soft-threshold"
def soft_threshold(w, amount):
    """The weights, moved toward zero by `amount` and stopped there."""
    ### BEGIN SOLUTION
    return np.sign(w) * np.maximum(np.abs(w) - amount, 0)
    ### END SOLUTION


# %% [markdown]
# ## The best weights under L2, at once (2 points)
#
# A linear model without a bias: find the weights $w$ that make
#
# $$\sum_n (x_n \cdot w - y_n)^2 + \lambda \sum_i w_i^2$$
#
# as small as possible. Set its gradient to zero and solve for $w$; `np.linalg.solve(a, b)` solves $a w = b$.
#
# - `x`: (samples, inputs); `y`: (samples,); `l2`: the number $\lambda$. Returns: (inputs,).


# %% exercise="ridge"
def ridge(x, y, l2):
    """The weights of the smallest squared error plus L2 penalty."""
    ### BEGIN SOLUTION
    return np.linalg.solve(x.T @ x + l2 * np.eye(x.shape[1]), x.T @ y)
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# A model with 200 inputs, of which you suspect that about ten matter. Somebody proposes L1, somebody else L2, a third
# person `MaxNorm`. What would each do to the weights of the inputs that do not matter? Which would you take, and what would
# you look at to see whether it worked?

# %% [markdown] open="which-price" points=2
# L1 pulls every weight with the same force, so the useless ones end at exactly zero: it selects inputs. L2 pulls in
# proportion, so the useless ones become small, not zero, and inputs that say the same share the weight. MaxNorm limits
# only the length of a unit's weights together and does not care which inputs it is spent on. Here L1 fits. To see whether
# it worked: count the weights that are (nearly) zero, compare the loss on validation data for several strengths, and
# train again from another seed: if other inputs are selected, do not trust the selection.
