"""A ledger whose follower reads the chain through a node that lies, and what the contracts say at the same block."""

import random
from dataclasses import dataclass, replace

from web3 import Web3

from mydata_ledger.anchors.artifacts import artifact
from mydata_ledger.anchors.chain import Chain
from mydata_ledger.anchors.chain.abi import HEAD, PARTY, PARTY_TYPES, REVOKED_AT, Function, text
from mydata_ledger.anchors.follower import Follower
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.ledger.consent import NEVER, Consent
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from testing.ledger_fixture import LAB, LedgerFixture
from testing.lies import FOUND_OUT, truthful, without_filters
from testing.revocations import revoking_by_signature
from tests.anchors.conftest import ADMIN, SEQUENCER

REGISTER, UPDATE = (Function(name, ("address", *PARTY_TYPES)) for name in ("register", "update"))
REMOVE = Function("remove", ("address",))
POLLS = 3
"""After so many polls of a truthful node, API and contracts agree."""


class Disagreement(AssertionError):
    """The ledger permits what the contracts deny, or does not know what they know."""


@dataclass(frozen=True)
class Truth:
    """What the contracts say at one block: size of the consents log, revoked entries, accounts and names of parties."""

    size: int
    revoked: frozenset[bytes]
    parties: frozenset[tuple[str, str]]

    def permits(self, logged, account):
        entry = logged.signed.entry.entry
        is_party = account in {registered for registered, _ in self.parties}
        return logged.position < self.size and entry not in self.revoked and is_party


class Chaos:
    """Random actions of parties and persons, and polls of a node that lies in between."""

    def __init__(self, site, node, store, seed):
        self.site, self.node, self.rng, self.seed = site, node, random.Random(seed), seed
        self.fixture = LedgerFixture(store=store)
        self.contract = Web3().eth.contract(site.deployment.consents, abi=artifact("ConsentRegistry").abi)
        self.fixture.rebuild(domains={log: Domain(31337, getattr(site.deployment, log)) for log in LOGS})
        self.store, self.people = store, list(self.fixture.parties.values())[1:]
        self.record = self.fixture.issued(LAB)
        self.chain = site.chain()
        self.notary = Notary(store, self.chain)
        self.admin, self.names, self.keys = Wallet(ADMIN).address, 0, {}
        self.chain.rpc.call("anvil_impersonateAccount", self.admin)
        self.floor = self.chain.tip().number + 1
        self.newest_block = self.followed = None
        self.ever_revoked = frozenset()
        self.start_follower()
        self.poll()

    def start_follower(self):
        """A new process: it knows only what the database has."""
        chain = Chain(self.node.url, self.site.deployment, SEQUENCER)
        self.follower = Follower(self.store, chain, self.fixture.clock)

    # what happens

    def register(self):
        account = self.rng.choice(self.people).address
        self.names += 1
        kind = UPDATE if account in dict(self.truth().parties) else REGISTER
        role = b"trial".ljust(32, b"\0")
        self.send(self.site.deployment.parties, kind.data(account, f"Party {self.names}", [role], b"", 0, NEVER))

    def remove(self):
        if parties := sorted(self.truth().parties):
            self.send(self.site.deployment.parties, REMOVE.data(self.rng.choice(parties)[0]))

    def consent(self, grantee=None):
        grantee = grantee or self.rng.choice(self.people)
        if self.store.directory.party(grantee.address):
            entry = self.fixture.consents(grantee, LAB).signed.entry
            self.keys[entry.entry] = (entry.digest, entry.lock)

    def withdraw(self):
        grantee = self.rng.choice(self.people)
        if self.newest(grantee):
            self.fixture.withdraws(grantee)

    def revoke_on_chain(self, grantee=None):
        """The person opens the lock without us, or somebody who saw the secret does so first, with another core."""
        grantee = grantee or self.rng.choice(self.people)
        if logged := self.newest(grantee):
            core = self.rng.choice([logged.signed.entry.core, self.rng.randbytes(32)])
            self.send(*self.chain.revoking([(core, self.fixture.secret(grantee))]))

    def revoke_by_signature(self, grantee=None):
        """The person ends a consent on chain by signature, and names its entry by our salt or by another."""
        if logged := self.newest(grantee or self.rng.choice(self.people)):
            entry = logged.signed.entry
            named = replace(entry, salt=self.rng.choice([entry.salt, self.rng.randbytes(32)]))
            signed = replace(logged.signed, entry=named)
            domain = self.fixture.kernel.statements.domain(logged.signed.statement)
            call = revoking_by_signature(self.contract, self.fixture.ann, signed, domain)
            self.send(self.contract.address, self.contract.encode_abi("revokeBySignature", call.args))

    def anchor(self):
        while self.notary.once():
            pass

    def anchor_and_revoke(self):
        grantee = self.rng.choice(self.people)
        self.consent(grantee)
        self.anchor()
        self.rng.choice([self.revoke_on_chain, self.revoke_by_signature])(grantee)

    def reorganise(self):
        depth = min(self.rng.randrange(1, 6), self.chain.tip().number - self.floor)
        if depth > 0:
            self.chain.rpc.call("anvil_reorg", depth, [])

    def mine(self):
        self.chain.rpc.call("anvil_mine", hex(self.rng.randrange(1, 4)))

    def several_in_one_block(self):
        """Several actions in one block."""
        self.chain.rpc.call("evm_setAutomine", False)
        actions = [self.register, self.revoke_on_chain, self.revoke_by_signature, self.remove]
        for action in self.rng.choices(actions, k=3):
            action()
        self.chain.rpc.call("evm_mine")
        self.chain.rpc.call("evm_setAutomine", True)

    def send(self, to, data):
        call = {"from": self.admin, "to": to, "data": data, "gas": hex(10**6)}
        self.chain.rpc.call("eth_sendTransaction", call)

    def newest(self, grantee):
        logged = self.fixture.newest(grantee)
        return logged if logged and isinstance(logged.signed.statement, Consent) else None

    # rounds

    def round(self):
        """Some actions, some polls that are lied to, then polls of a truthful node until all agree."""
        rng = self.rng
        only_grants = rng.random() < 0.2
        for _ in range(rng.randrange(1, 5)):
            rng.choice(self.grants() if only_grants else self.actions())()
        if rng.random() < 0.1:
            self.start_follower()
        for _ in range(rng.randrange(4)):
            plan = without_filters if only_grants else rng.choice(FOUND_OUT)
            self.node.tell(plan, rng)
            self.poll()
            self.check_permits(plan.__name__)
            if not only_grants and rng.random() < 0.3:
                rng.choice(self.actions())()
        self.node.lie = truthful
        for _ in range(POLLS):
            self.poll()
            self.check_permits("the truth")
            self.anchor()
        self.check_agreement()

    def grants(self):
        return [self.register, self.consent, self.anchor, self.mine]

    def actions(self):
        revocations = [self.withdraw, self.revoke_on_chain, self.revoke_by_signature, self.anchor_and_revoke]
        return [*self.grants(), *revocations, self.remove, self.reorganise, self.register, self.several_in_one_block]

    def poll(self):
        self.ever_revoked |= self.truth().revoked
        try:
            block = self.follower.once()
        except SourceUnavailable:
            return
        if self.newest_block and block.number < self.newest_block.number and self.has(self.newest_block):
            raise Disagreement(f"seed {self.seed}: the ledger went back, and the chain did not")
        if block != self.newest_block:  # a node that lags keeps the ledger at a block that may have left the chain
            self.newest_block, self.followed = block, self.truth(block.hash)

    def has(self, block):
        return self.chain.hashes([block.number]) == [block.hash]

    # what the contracts say

    def truth(self, block_hash=None):
        """What the contracts say at a block, by default the newest."""
        tag = {"blockHash": "0x" + block_hash.hex()} if block_hash else "latest"
        deployment, keys = self.site.deployment, sorted(self.keys.items())
        data = [(deployment.consents, HEAD.data()), *((deployment.consents, REVOKED_AT.data(*key)) for _, key in keys)]
        data += [(deployment.parties, PARTY.data(person.address)) for person in self.people]
        raw = self.chain.rpc.batch([("eth_call", [{"to": to, "data": call}, tag]) for to, call in data])
        revoked = [REVOKED_AT.result(each)[0] for each in raw[1 : 1 + len(keys)]]
        parties = [PARTY.result(each)[0] for each in raw[1 + len(keys) :]]
        return Truth(
            HEAD.result(raw[0])[0],
            frozenset(entry for (entry, _), at_time in zip(keys, revoked, strict=True) if at_time),
            frozenset((w.address, text(p[0])) for w, p in zip(self.people, parties, strict=True) if p[4]),
        )

    def check_permits(self, lie):
        """The ledger permits nothing that the contracts denied at the block that it followed last."""
        for person in self.people:
            if self.permits(person) and not (
                (logged := self.newest(person)) and self.followed and self.followed.permits(logged, person.address)
            ):
                raise Disagreement(f"seed {self.seed}: permitted against the contracts, after {lie}")

    def check_agreement(self):
        """The ledger has the parties of the contracts and permits what they permit.

        A revocation that it has read stays, also where a reorganisation drops it from the chain (`revealed`).
        """
        truth = self.truth()
        ours = {(party.account, party.name) for party in self.store.directory.parties()}
        if ours != truth.parties:
            raise Disagreement(
                f"seed {self.seed}: the directory has {len(ours)} parties, the chain {len(truth.parties)}"
            )
        for person in self.people:
            logged = self.newest(person)
            contracts = bool(logged and truth.permits(logged, person.address))
            is_dropped = contracts and logged.signed.entry.entry in self.ever_revoked
            if self.permits(person) != contracts and not is_dropped:
                raise Disagreement(f"seed {self.seed}: a consent is not as on chain")

    def permits(self, person):
        try:
            return self.fixture.permits(person, self.record)
        except SourceUnavailable:
            return False
