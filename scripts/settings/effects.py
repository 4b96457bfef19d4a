"""Effects of the settings that take more than a few words to say."""

CHAIN = "JSON-RPC of the chain that holds the contracts. `mydata up` starts a chain of its own unless `--rpc` is given."
DATABASE = "Database of the ledger: SQLite, or PostgreSQL with the extra `postgres`."
URI = "Address at which people reach the API. Sessions are signed for it, and passkeys are bound to its host."
ORIGINS = (
    "Pages and apps whose passkeys are accepted: `https://a.example`, or `android:apk-key-hash:…` of an app. "
    "A list replaces the default, so name the site's own origin too."
)
PAYLOADS = "Payload store: `embedded` in the state folder, or the RPC of an IPFS node, with the extra `ipfs`."
EVALUATIONS = "Questions that one session may ask in evaluations, each question of a call counted; 0 sets no limit."
HOST_STREAMS = (
    "Streams of live updates of one address (IPv6: of one /64 network) in one worker. Behind a proxy that does not "
    "name its clients, all have the proxy's address: set it as high as `MYDATA_STREAMS`."
)
STREAMS = (
    "Streams of live updates (`GET /events`) that one worker keeps open; 0 offers none, and pages read again when they "
    "are looked at. Each needs a file descriptor: the hard limit of the process (`ulimit -Hn`) must be well above it."
)
KEYSTORE = "Passphrase of the keystore's master key."
ROTATED = "Next passphrase of the master key: `mydata keystore rotate --master` sets it. It opens the keystore too."
PKCS11 = "PKCS#11 module whose token holds the master key of the custody keys, with the extra `pkcs11`."
PUBLIC_NODE = (
    "Node of the chain that `/verify` offers: `own` passes its reads on to `MYDATA_RPC`, without showing that URL; "
    "a URL must allow calls of web pages (CORS); `none` offers none."
)
SMTP = "Mail server: `smtp://[user:password@]host[:port]` with STARTTLS; `smtp+plain://` without, for a local relay."
WEBHOOKS = "Whether webhooks may go to private addresses: for tests and closed networks."
