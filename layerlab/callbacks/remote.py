"""What is told to a server while a model trains: the values of each epoch, as one HTTP POST.

`requests` does the talking; it is imported when there is something to tell, so that nothing else needs it.
"""

import json
import warnings

import numpy as np

from layerlab.callbacks.callback import Callback

__all__ = ["RemoteMonitor"]


class RemoteMonitor(Callback):
    """Posts the losses and metrics of each epoch to a server, which may draw them. A server out of reach is a warning.

    Args:
        root: address of the server.
        path: where it takes epochs, after `root`.
        field: of the form that holds the values as JSON.
        headers: of the request, as a dictionary.
        send_as_json: send the values themselves as "application/json", without a form.

    Raises:
        ImportError: at the end of the first epoch, when `requests` is not installed.

    >>> RemoteMonitor("http://localhost:9000").path
    '/publish/epoch/end/'

    Source: Keras page "RemoteMonitor".
    """

    def __init__(
        self,
        root="http://localhost:9000",
        path="/publish/epoch/end/",
        field="data",
        headers=None,
        send_as_json=False,
    ):
        self.root, self.path, self.field = root, path, field
        self.headers, self.send_as_json = headers, send_as_json

    def on_epoch_end(self, epoch, logs=None):
        try:
            import requests
        except ImportError as error:
            raise ImportError("RemoteMonitor requires the `requests` library: pip install requests") from error
        values = {"epoch": epoch, **{name: _plain(value) for name, value in (logs or {}).items()}}
        body = {"json": values} if self.send_as_json else {"data": {self.field: json.dumps(values)}}
        try:
            requests.post(self.root + self.path, headers=self.headers, **body)
        except requests.exceptions.RequestException:
            warnings.warn(f"Could not reach RemoteMonitor root server at {self.root}", stacklevel=2)


def _plain(value):
    """A number of NumPy's, or an array of one, as Python's own, which JSON knows."""
    return value.item() if isinstance(value, np.ndarray | np.generic) else value
