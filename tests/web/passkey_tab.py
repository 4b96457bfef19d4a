"""A person with a passkey: Chromium's virtual authenticator, and a server that can be made to lie to the page."""

import json

from tests.web.hands import Hands

AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
LIES = """
(() => {
  const honest = window.fetch;
  const forged = async (text) => {
    const { read, write } = await import("/web/portal/api.js");
    const { statementDigest } = await import("/portal/statements.js");
    const draft = read(text), { message, domain } = draft.typed_data;
    message.grants[0].categories = ["health.genetic"];
    return write({ ...draft, digest: statementDigest("Consent", write(message), write(domain)) });
  };
  window.lies = [];
  window.fetch = async (path, form) => {
    const answer = await honest(path, form);
    const lie = window.lies.find(([place]) => String(path).endsWith(place));
    if (!lie) return answer;
    const text = await answer.text(), [, pattern, instead] = lie;
    const lied = pattern ? text.replace(new RegExp(pattern), instead) : await forged(text);
    return new Response(lied, { status: answer.status });
  };
})();
"""


class PasskeyTab(Hands):
    """`derives` says whether the authenticator can derive secrets (`prf`)."""

    def __init__(self, tab, *, derives):
        super().__init__(tab)
        self._options = AUTHENTICATOR | {"hasPrf": derives}
        tab.send("WebAuthn.enable")
        self._plug_in()
        tab.send("Page.addScriptToEvaluateOnNewDocument", source=LIES)

    def lie(self, place, pattern="", instead=""):
        """From now on, what the server answers at `place` is changed on its way to the page; without a pattern a draft
        comes for other data, with the digest that belongs to it.
        """
        self.run(f"window.lies.push({json.dumps([place, pattern, instead])})")

    def stop_lying(self):
        """The server is honest again."""
        self.run("window.lies.length = 0")

    def _plug_in(self, credentials=()):
        told = self.tab.send("WebAuthn.addVirtualAuthenticator", options=self._options)
        self._device = {"authenticatorId": told["authenticatorId"]}
        for one in credentials:
            self.tab.send("WebAuthn.addCredential", credential=one, **self._device)

    def is_a_stranger(self):
        """The device does not know the next finger, and from then on none: it is locked."""
        self.tab.send("WebAuthn.setUserVerified", isUserVerified=False, **self._device)

    def unlocks(self):
        """The device with the same passkeys, fresh."""
        kept = self.tab.send("WebAuthn.getCredentials", **self._device)["credentials"]
        self.tab.send("WebAuthn.removeVirtualAuthenticator", **self._device)
        self._plug_in(kept)

    def touches(self):
        """How often any passkey has signed."""
        told = self.tab.send("WebAuthn.getCredentials", **self._device)["credentials"]
        return sum(one["signCount"] for one in told)

    def signer(self):
        """The signer bytes of whoever is signed in."""
        return bytes.fromhex(self.run("document.querySelector('#account').textContent").split("0x")[-1])
