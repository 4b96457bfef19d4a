"""A person with a passkey: Chromium's virtual authenticator."""

from tests.web.page_user import PageUser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class PasskeyTab(PageUser):
    """`derives` is true if the authenticator can derive secrets (`prf`)."""

    def __init__(self, tab, *, derives):
        super().__init__(tab)
        self._options = AUTHENTICATOR | {"hasPrf": derives}
        tab.send("WebAuthn.enable")
        self._plug_in()

    def _plug_in(self, credentials=()):
        reported = self.tab.send("WebAuthn.addVirtualAuthenticator", options=self._options)
        self._device = {"authenticatorId": reported["authenticatorId"]}
        for one in credentials:
            self.tab.send("WebAuthn.addCredential", credential=one, **self._device)

    def is_a_stranger(self):
        """Make user verification fail from now on, as for a person whom the device does not know."""
        self.tab.send("WebAuthn.setUserVerified", isUserVerified=False, **self._device)

    def unlocks(self):
        """Replace the device by a fresh one with the same passkeys."""
        kept = self.tab.send("WebAuthn.getCredentials", **self._device)["credentials"]
        self.tab.send("WebAuthn.removeVirtualAuthenticator", **self._device)
        self._plug_in(kept)

    def touches(self):
        """The number of signatures of all passkeys."""
        reported = self.tab.send("WebAuthn.getCredentials", **self._device)["credentials"]
        return sum(one["signCount"] for one in reported)

    def signer(self):
        """The signer bytes of the signed-in person."""
        return bytes.fromhex(self.run("document.querySelector('#account').textContent").split("0x")[-1])
