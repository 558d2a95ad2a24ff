# %% [markdown]
# # Exercises to chapter 2 · Input shape
#
# Six answers in code and one in words, 11 points. You need [chapter 2](../notebooks/02_input_shape.ipynb).
#
# Write your answer where it says `YOUR CODE HERE`, run the cell, then run the check under it. You may add cells and
# helper functions of your own.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## The shape of nested lists (2 points)
#
# Find the shape of an array that is given as lists in lists, without turning it into an array: a loop or a function
# that calls itself.
#
# - `nested`: lists of lists of ... of numbers, any number of levels; lists on the same level are equally long, and none is
#   empty.
# - Returns: the shape as a tuple; `(3,)` for `[7, 8, 9]`.


# %% exercise="shape-of"
def shape_of(nested):
    """The shape of nested lists."""
    ### BEGIN SOLUTION
    if not isinstance(nested, list):
        return ()
    return (len(nested), *shape_of(nested[0]))
    ### END SOLUTION


# %% [markdown]
# ## The shape after a dense layer (1 point)
#
# What comes out of `Dense(units)`?
#
# - `input_shape`: a tuple with the batch axis in front: `(None, 28, 3)`.
# - Returns: the shape of the output, again with the batch axis.


# %% exercise="dense-output-shape"
def dense_output_shape(input_shape, units):
    """The shape that a dense layer makes of a shape."""
    ### BEGIN SOLUTION
    return (*input_shape[:-1], units)
    ### END SOLUTION


# %% [markdown]
# ## One sample as a batch (1 point)
#
# A model takes batches. Make a batch of a single sample.
#
# - `sample`: an array of any shape.
# - Returns: an array with one axis more.


# %% exercise="batch-of-one"
def batch_of_one(sample):
    """A batch that holds this sample and no other."""
    ### BEGIN SOLUTION
    return sample[np.newaxis]
    ### END SOLUTION


# %% [markdown]
# ## Where a cell lies in memory (2 points)
#
# NumPy stores the cells of an array one after the other, row by row: the last index runs fastest. How many cells lie
# before the cell with this index?
#
# - `index`: a tuple of integers, counted from 0; `shape`: a tuple of the same length.
# - Returns: the place in memory as an integer; `flat_index((1, 2), (3, 4))` is 6.
#
# Write it with a loop over the axes; no array is needed.


# %% exercise="flat-index"
def flat_index(index, shape):
    """The place of a cell in memory, in NumPy's order."""
    ### BEGIN SOLUTION
    place = 0
    for i, length in zip(index, shape, strict=True):
        place = place * length + i
    return place
    ### END SOLUTION


# %% [markdown]
# ## From classes to rows of zeros and a one (1 point)
#
# One-hot encoding: a row per sample, all 0 but for a 1 in the column of the sample's class.
#
# - `ids`: an array of classes, integers from 0 to `classes - 1`; `classes`: how many there are.
# - Returns: an array of shape (samples, classes).


# %% exercise="one-hot"
def one_hot(ids, classes):
    """A row of zeros and a one for each class in `ids`."""
    ### BEGIN SOLUTION
    rows = np.zeros((len(ids), classes))
    rows[np.arange(len(ids)), ids] = 1
    return rows
    ### END SOLUTION


# %% [markdown]
# ## Words as an array (2 points)
#
# Words have different lengths, arrays have not. Number the letters a = 1 to z = 26, fill short words with zeros at the
# end, and cut long words off at the end.
#
# - `words`: a list of words in lowercase letters from a to z; `length`: how many numbers per word.
# - Returns: an array of integers of shape (words, length); `encode(["ad"], 3)` is `[[1, 4, 0]]`.


# %% exercise="encode-words"
def encode(words, length):
    """A row of letter numbers for each word, zeros behind."""
    ### BEGIN SOLUTION
    codes = np.zeros((len(words), length), dtype=int)
    for row, word in zip(codes, words, strict=True):
        numbers = [ord(letter) - ord("a") + 1 for letter in word[:length]]
        row[: len(numbers)] = numbers
    return codes
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# Chapter 2 opens with `Input((28,))`, to which one picture of shape (28, 28) was given, and 28 answers came out without an
# error. Describe another situation, from a field you know, in which shapes fit and the meaning does not. Say what the
# model would do, how you would notice, and which habit would have prevented it.

# %% [markdown] open="shapes-fit-meaning-does-not" points=2
# For example: daily temperatures of 12 cities over 12 months in a (12, 12) array, with cities as rows in one file and
# months as rows in the other. Stacked, both have the same shape, and a dense layer treats month 3 of one file like
# city 3 of the other. It trains, only badly, and differently on the two halves of the data. It shows when one plots a row
# and knows what it should look like, or compares with a transposed copy. Habits: name the axes in a comment at every
# array, choose sizes that differ in tests, print a sample of what goes into the model.
