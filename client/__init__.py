"""HTTP client for the API: a signed-in wallet at one server, and its key files."""

from mydata_ledger.client.answers import OpenedRelease, RequestRefused
from mydata_ledger.client.client import PATIENCE, Client, signed_in
from mydata_ledger.client.keys import KeyFile, load_key, new_key

__all__ = ["PATIENCE", "Client", "KeyFile", "OpenedRelease", "RequestRefused", "load_key", "new_key", "signed_in"]
