# %% [markdown]
# # Exercises to chapter 16 · Capstone
#
# Six answers in code and one in words, 16 points. You need [chapter 16](../notebooks/16_capstone.ipynb) and, for the last one,
# what the whole course has shown.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## Prepare the data without peeking (2 points)
#
# Shift and scale each feature so that its mean is 0 and its standard deviation 1 *on the training data*; treat the test
# data in the same way.
#
# - `train`, `test`: (samples, features). Returns: the tuple of both, prepared.


# %% exercise="standardize"
def standardize(train, test):
    """Both parts, with every feature of the training data at mean 0 and standard deviation 1."""
    ### BEGIN SOLUTION
    mean, spread = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / spread, (test - mean) / spread
    ### END SOLUTION


# %% [markdown]
# ## Who is taken for whom (2 points)
#
# The confusion matrix: how often a sample of the class of the row was taken for the class of the column.
#
# - `y_true`, `y_pred`: arrays of classes, integers from 0 to `classes - 1`. Returns: (classes, classes), integers.


# %% exercise="confusion"
def confusion(y_true, y_pred, classes):
    """Counts: a row for each true class, a column for each answer."""
    ### BEGIN SOLUTION
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (y_true, y_pred), 1)
    return table
    ### END SOLUTION


# %% [markdown]
# ## When to stop (2 points)
#
# Early stopping looks at the validation loss after each epoch. It stops as soon as `patience` epochs have passed since the
# best one; otherwise training goes on to the last epoch. A loss that equals the best so far is no improvement.
#
# - `losses`: a list, one number an epoch; `patience`: an integer.
# - Returns: the tuple (number of the last epoch that was trained, number of the best one). The first epoch has the number 0.


# %% exercise="early-stopping"
def stop_early(losses, patience):
    """The epoch at which training ends, and the best epoch until then."""
    ### BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(losses) - 1, best
    ### END SOLUTION


# %% [markdown]
# ## The loss of a classifier (2 points)
#
# The cross-entropy: minus the logarithm of the probability that softmax gives to the true class, averaged over the samples.
# Scores may be as large as 900, so take the logarithm of softmax by hand:
# $\log p_i = s_i - \log \sum_j e^{s_j}$, with the largest score of the sample subtracted first.
#
# - `scores`: (samples, classes), before softmax; `y`: the true classes, integers. Returns: a number.


# %% exercise="cross-entropy"
def cross_entropy(scores, y):
    """The mean cross-entropy of scores and true classes."""
    ### BEGIN SOLUTION
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(y)), y])
    ### END SOLUTION


# %% [markdown]
# ## One step of Adam (2 points)
#
# Adam keeps a running mean `m` of the gradients and one of their squares, `v`:
#
# $$m \leftarrow 0.9\,m + 0.1\,g \qquad v \leftarrow 0.999\,v + 0.001\,g^2$$
#
# Both begin at 0, so they are too small at first; at step $t$ (the first is 1) they are corrected to
# $\hat m = m / (1 - 0.9^t)$ and $\hat v = v / (1 - 0.999^t)$. Then $w \leftarrow w - 0.1\,\hat m / (\sqrt{\hat v} + 10^{-7})$.
#
# - `w`, `g`, `m`, `v`: arrays of one shape; `t`: an integer. Returns: the tuple of the new `w`, `m` and `v`, both
#   means *before* the correction. The arrays that came in stay as they are.


# %% exercise="adam-step"
def adam_step(w, g, m, v, t):
    """The weights and both running means after a step with the learning rate 0.1."""
    ### BEGIN SOLUTION
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    corrected_m, corrected_v = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - 0.1 * corrected_m / (np.sqrt(corrected_v) + 1e-7), m, v
    ### END SOLUTION


# %% [markdown]
# ## One whole training step (4 points)
#
# A model with one dense layer, ten lines, everything by hand: forward, loss, gradients, update, constraint.
#
# - The scores are `x @ kernel + bias`. The loss is their mean cross-entropy plus the penalty `l2` times the sum of the
#   squares of the *kernel*.
# - The gradient of the mean cross-entropy with respect to the scores is (softmax − one-hot) / samples.
# - One step of gradient descent with `learning_rate` for the kernel and the bias.
# - Then `MaxNorm(max_norm)` on the kernel: no column longer than `max_norm`; add $10^{-7}$ to the length you divide by.
#
# `x`: (samples, inputs); `y`: classes; `kernel`: (inputs, classes); `bias`: (classes,). Returns: the new kernel and bias.


# %% exercise="train-step"
def train_step(x, y, kernel, bias, learning_rate, l2, max_norm):
    """The kernel and the bias after one training step."""
    ### BEGIN SOLUTION
    scores = x @ kernel + bias
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    g = (p - np.eye(len(bias))[y]) / len(y)

    kernel = kernel - learning_rate * (x.T @ g + 2 * l2 * kernel)
    bias = bias - learning_rate * g.sum(axis=0)

    lengths = np.sqrt(np.sum(kernel**2, axis=0))
    return kernel * np.minimum(lengths, max_norm) / (lengths + 1e-7), bias
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# Somebody tried 60 settings, chose the one with the best accuracy *on the test data*, 97.4 %, and reports that number. What
# is wrong with it, how would you find out what the model is really worth, and how would you have organized the work?

# %% [markdown] open="best-of-sixty" points=2
# The best of 60 is partly the luckiest of 60: the choice was fitted to the test data, so 97.4 % is too high, the more so the
# smaller the test set and the more alike the settings. To know what the model is worth, new data are needed that no
# decision has seen. Better: split into three parts, choose settings by the validation part, look at the test part once,
# at the end, and report that number with its uncertainty, whatever it is.
