"""A wallet in the browser: an EIP-1193 provider whose every answer is signed here with a real key."""

import json

from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.typed_data import digest, parse, read_domain
from tests.web.page_user import PageUser

CHAIN = 31337
KINDS = {kind.__name__: kind for kind in (Consent, Revocation, Erasure, Delegation, Issue, Incident, IncidentExtension)}
PROVIDER = """
(() => {
  const waiting = new Map();
  let number = 0;
  window.walletAnswers = (id, error, result) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(Object.assign(new Error(error.message), error)); else resolve(result);
  };
  window.ethereum = { request: ({ method, params }) => new Promise((resolve, reject) => {
    waiting.set(++number, { resolve, reject });
    window.askWallet(JSON.stringify({ id: number, method, params }));
  }) };
})();
"""


class WalletTab(PageUser):
    """A tab with a wallet; `shown` has everything it was requested to sign, `says_no` refuses the next request.

    `chain` is the chain that the wallet is on; it knows those of `chains`. `meanwhile` is called, once, after a
    statement was signed and before the page has it.
    """

    def __init__(self, tab, wallet):
        super().__init__(tab)
        self.wallet, self.shown, self.says_no = wallet, [], False
        self.chain, self.chains = CHAIN, {CHAIN}
        self.meanwhile = None
        self._approvals = []
        hear = tab._hear
        tab._hear = lambda reported: (self._note(reported), hear(reported))
        tab.send("Runtime.addBinding", name="askWallet")
        tab.send("Page.addScriptToEvaluateOnNewDocument", source=PROVIDER)

    def _note(self, reported):
        if reported.get("method") == "Runtime.bindingCalled" and reported["params"]["name"] == "askWallet":
            self._approvals.append(json.loads(reported["params"]["payload"]))

    def run(self, script):
        """The value of an expression, while the wallet answers requests."""
        value = self.tab.run(script)
        while self._approvals:
            self._answer(**self._approvals.pop(0))
        return value

    def _answer(self, id, method, params=()):  # noqa: A002 - JSON-RPC's word
        error, result = None, None
        if method in {"eth_requestAccounts", "eth_accounts"}:
            result = [self.wallet.address]
        elif method == "eth_chainId":
            result = hex(self.chain)
        elif method == "wallet_switchEthereumChain":
            error = self._switched(int(params[0]["chainId"], 16))
        elif self.says_no:
            self.says_no, error = False, {"code": 4001, "message": "User rejected the request."}
        elif method == "personal_sign":
            text = bytes.fromhex(params[0][2:]).decode()
            self.shown.append(text)
            result = "0x" + self.wallet.sign_text(text).hex()
        else:
            result = self._typed(json.loads(params[1]))
            if happens := self.meanwhile:
                self.meanwhile = None
                happens()
        self.tab.run(f"window.walletAnswers({id}, {json.dumps(error)}, {json.dumps(result)})")

    def _switched(self, chain):
        if chain not in self.chains:
            return {"code": 4902, "message": "Unrecognized chain ID."}
        self.chain = chain
        return None

    def _typed(self, typed):
        self.shown.append(typed)
        statement = parse(KINDS[typed["primaryType"]], typed["message"])
        return "0x" + self.wallet.sign(digest(statement, read_domain(typed["domain"]))).hex()
