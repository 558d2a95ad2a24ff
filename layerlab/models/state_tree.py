"""All variables of a model as one nested dictionary, along their paths, and back."""

__all__ = ["get_state_tree", "set_state_tree"]


def _variables(model) -> dict[str, list]:
    return {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": model.optimizer.variables if getattr(model, "optimizer", None) is not None else [],
        "metrics_variables": model.metrics_variables,
    }


def get_state_tree(model, value_format="backend_tensor") -> dict:
    """Kind of variable -> nested dictionaries along the paths -> array.

    Args:
        value_format: "backend_tensor" or "numpy_array"; both give copies as ndarrays.

    Raises:
        ValueError: two variables have the same path, or another format.
    """
    if value_format not in ("backend_tensor", "numpy_array"):
        raise ValueError(
            "Invalid `value_format` argument. Expected one of {'numpy_array', 'backend_tensor'}. Received: "
            f"value_format={value_format}"
        )
    return {kind: _nested(variables) for kind, variables in _variables(model).items()}


def _nested(variables) -> dict:
    found: dict = {}
    for variable in variables:
        *branches, leaf = variable.path.split("/")
        place = found
        for branch in branches:
            place = place.setdefault(branch, {})
        if leaf in place:
            raise ValueError(
                f"The following variable path is found twice in the model: '{variable.path}'. `get_state_tree()` can "
                "only be called when all variable paths are unique. Make sure to give unique names to your layers "
                "(and other objects)."
            )
        place[leaf] = variable.numpy()
    return found


def set_state_tree(model, state_tree) -> None:
    """Assign the values in such a dictionary, or in a part of one; paths that the model does not have are left out."""
    own = _variables(model)
    for kind, nested in state_tree.items():
        if kind not in own:
            raise ValueError(f"Unknown variable name: {kind}. Expected any of {list(own)}.")
        values = _flat(nested)
        for variable in own[kind]:
            if variable.path in values:
                variable.assign(values[variable.path])


def _flat(nested, path="") -> dict:
    if not isinstance(nested, dict):
        return {path: nested}
    found: dict = {}
    for key, value in nested.items():
        found |= _flat(value, f"{path}/{key}".lstrip("/"))
    return found
