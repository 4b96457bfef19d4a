"""The web pages that a ledger serves: status, portal, verifier, privacy, HTTP interface, unknown paths."""

from mydata_ledger.scripts.pages.install import pages
from mydata_ledger.scripts.pages.node import add_node
from mydata_ledger.scripts.pages.personas import add_personas, personas_file
from mydata_ledger.scripts.pages.policies import PORTAL_POLICY
from mydata_ledger.scripts.pages.services import service_pages

__all__ = ["PORTAL_POLICY", "add_node", "add_personas", "pages", "personas_file", "service_pages"]
