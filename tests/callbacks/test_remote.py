"""RemoteMonitor, with a stand-in for the `requests` package and its server."""

import json
import sys
import types

import numpy as np
import pytest

from layerlab.callbacks import RemoteMonitor


@pytest.fixture
def posted(monkeypatch):
    """The requests that would have been sent: (address, keyword arguments)."""
    sent: list = []
    requests = types.ModuleType("requests")
    requests.exceptions = types.SimpleNamespace(RequestException=OSError)
    requests.post = lambda address, **options: sent.append((address, options))
    monkeypatch.setitem(sys.modules, "requests", requests)
    return sent


def test_each_epoch_is_posted_as_the_field_of_a_form(posted):
    RemoteMonitor(field="epoch").on_epoch_end(3, {"loss": np.float32(0.5), "mae": 1.0})
    (address, options) = posted[0]
    assert address == "http://localhost:9000/publish/epoch/end/"
    assert json.loads(options["data"]["epoch"]) == {"epoch": 3, "loss": 0.5, "mae": 1.0}
    assert options["headers"] is None


def test_or_as_json_with_headers(posted):
    monitor = RemoteMonitor("http://there", "/here", headers={"key": "value"}, send_as_json=True)
    monitor.on_epoch_end(0, {"loss": np.array([2.0])})
    assert posted == [("http://there/here", {"json": {"epoch": 0, "loss": 2.0}, "headers": {"key": "value"}})]


def test_a_server_out_of_reach_is_a_warning(posted, monkeypatch):
    def post(*_, **__):
        raise ConnectionError

    monkeypatch.setattr(sys.modules["requests"], "post", post)
    with pytest.warns(UserWarning, match="Could not reach RemoteMonitor root server at http://there"):
        RemoteMonitor("http://there").on_epoch_end(0)


def test_without_requests_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(ImportError, match="requires the `requests` library"):
        RemoteMonitor().on_epoch_end(0)
