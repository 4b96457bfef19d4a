"""Settings of one ledger: every `MYDATA_…` variable, its default, unit and effect. docs/settings.md is made of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from mydata_ledger.scripts.extras import require_for
from mydata_ledger.scripts.listening import local
from mydata_ledger.scripts.settings.effects import (
    CHAIN,
    DATABASE,
    EVALUATIONS,
    HOST_STREAMS,
    KEYSTORE,
    ORIGINS,
    PAYLOADS,
    PKCS11,
    PUBLIC_NODE,
    ROTATED,
    SMTP,
    STREAMS,
    URI,
    WEBHOOKS,
)
from mydata_ledger.scripts.settings.fields import about, given, setting, variables
from mydata_ledger.scripts.settings.names import refuse_unknown
from mydata_ledger.scripts.settings.values import (
    OWN_NODE,
    address,
    offered_node,
    origins,
    payload_store,
    site,
    text,
    url,
    whole,
    yes_or_no,
)

DEFAULT_STATE, DEFAULT_PORT = Path(".mydata"), 8420
SQL = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class Settings:
    """One running ledger. Fields that may hold a password or a key are not shown by `repr`."""

    state: Path = field(metadata=about(text, "folder", "Everything that must survive a restart.", default="`.mydata`"))
    rpc_url: str = field(repr=False, metadata=about(text, "URL", CHAIN, name="MYDATA_RPC", default="none"))
    port: int = setting(DEFAULT_PORT, whole(0, 65_535), "port", "Port of the API on localhost; 0 takes a free one.")
    depth: int = setting(0, whole(0), "blocks", "Blocks that must lie on top of an anchored head before it counts.")
    database: str = setting(
        "", url(*SQL, host=False), "SQLAlchemy URL", DATABASE, default="`ledger.db` in the state folder", secret=True
    )
    uri: str = setting("", site, "URL", URI, default="`http://localhost:PORT`")
    origins: tuple[str, ...] = setting((), origins, "origins, by commas", ORIGINS, default="that of `MYDATA_URI`")
    payloads: str = setting("embedded", payload_store, "`embedded` or URL", PAYLOADS)
    pace: int = setting(1_000, whole(0), "requests/s", "Requests that one session may make; 0 sets no limit.")
    evaluations: int = setting(0, whole(0), "questions/s", EVALUATIONS)
    streams: int = setting(2_000, whole(0), "streams", STREAMS)
    streams_per_account: int = setting(16, whole(0), "streams", "Streams of live updates of one account in one worker.")
    streams_per_host: int = setting(500, whole(0), "streams", HOST_STREAMS)
    largest_record: int = setting(2 * 1024**3, whole(1), "bytes", "Largest record that comes as a stream (2 GiB).")
    passphrase: str = setting(
        "", text, "text", KEYSTORE, default="a random one, in `secrets/passphrase` of the state folder", secret=True
    )
    new_passphrase: str = setting("", text, "text", ROTATED, default="`MYDATA_PASSPHRASE`", secret=True)
    pkcs11_module: str = setting("", text, "file", PKCS11, default="no token")
    pkcs11_token: str = setting("mydata", text, "label", "Label of the token.")
    pkcs11_pin: str = setting("", text, "text", "PIN of the token.", default="empty", secret=True)
    smtp: str = setting("", url("smtp", "smtp+plain"), "URL", SMTP, default="no e-mail is sent", secret=True)
    sender: str = setting(
        "", address, "e-mail address", "Sender of e-mails.", default="`mydata-ledger@` and the mail host"
    )
    public_node: str = setting(OWN_NODE, offered_node, "`own`, `none` or URL", PUBLIC_NODE)
    webhooks_private: bool = setting(False, yes_or_no, "`yes` or `no`", WEBHOOKS, default="`no`")

    @classmethod
    def read(cls, state: Path, rpc_url: str, port: int) -> Settings:
        """Settings for a state folder, from the environment.

        Raises BadSetting for an unknown name or a bad value, ExtraMissing when a value needs a library that is not
        installed.
        """
        cls.check_names()
        state = state.resolve()
        made = {"database": f"sqlite:///{state / 'ledger.db'}", "uri": local(port)}
        settings = cls(**{**made, **given(cls, os.environ), "state": state, "rpc_url": rpc_url, "port": port})
        require_for(settings.database, settings.payloads, settings.pkcs11_module)
        return settings

    @classmethod
    def check_names(cls) -> None:
        """Raise BadSetting for a `MYDATA_` variable that nothing reads."""
        refuse_unknown(os.environ, variables(cls))

    @classmethod
    def inherited(cls) -> Settings:
        """Settings of a worker, whose parent called `pass_on`. Raises as `read` does."""
        parent = given(cls, os.environ)
        return cls.read(Path(parent["state"]), parent.get("rpc_url", ""), parent["port"])

    def pass_on(self) -> None:
        """Put into the environment what was given by option, for workers that this process starts."""
        os.environ.update(MYDATA_STATE=str(self.state), MYDATA_RPC=self.rpc_url, MYDATA_PORT=str(self.port))
