"""People and parties: requests, notifications, links, and the review of emergencies."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.consents import Consents
from mydata_ledger.ledger.kernel.decisions import Decisions
from mydata_ledger.ledger.kernel.people.announcements import Announcements
from mydata_ledger.ledger.kernel.people.ask_limits import AskLimits
from mydata_ledger.ledger.kernel.people.asked_transfers import AskedTransfers
from mydata_ledger.ledger.kernel.people.binding_codes import BindingCodes
from mydata_ledger.ledger.kernel.people.bindings import Bindings
from mydata_ledger.ledger.kernel.people.complaints import Complaints
from mydata_ledger.ledger.kernel.people.contact_sending import ContactSending
from mydata_ledger.ledger.kernel.people.contacts import Contacts
from mydata_ledger.ledger.kernel.people.copies import Copies
from mydata_ledger.ledger.kernel.people.deliveries import Deliveries
from mydata_ledger.ledger.kernel.people.distribution import Distribution
from mydata_ledger.ledger.kernel.people.failed_deliveries import FailedDeliveries
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.people.incidents import Incidents
from mydata_ledger.ledger.kernel.people.link_content import LinkContent
from mydata_ledger.ledger.kernel.people.link_log import LinkLog
from mydata_ledger.ledger.kernel.people.links import Links
from mydata_ledger.ledger.kernel.people.party_cards import PartyCards
from mydata_ledger.ledger.kernel.people.person_views import PersonViews
from mydata_ledger.ledger.kernel.people.request_on_denial import RequestOnDenial
from mydata_ledger.ledger.kernel.people.requests import Requests
from mydata_ledger.ledger.kernel.people.retention import Retention
from mydata_ledger.ledger.kernel.people.reviews import Reviews
from mydata_ledger.ledger.kernel.people.shared_links import LinkSharing
from mydata_ledger.ledger.kernel.people.subscriptions import Subscriptions
from mydata_ledger.ledger.kernel.people.wishes import StandingWishes
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World


@dataclass(frozen=True, slots=True, repr=False)
class People:
    """Operations on work items beside the logs."""

    requests: Requests
    request_on_denial: RequestOnDenial
    wishes: StandingWishes
    inbox: Inbox
    subscriptions: Subscriptions
    deliveries: Deliveries
    failed_deliveries: FailedDeliveries
    announcements: Announcements
    contacts: Contacts
    distribution: Distribution
    incidents: Incidents
    reviews: Reviews
    complaints: Complaints
    links: Links
    sharing: LinkSharing
    asked_transfers: AskedTransfers
    bindings: Bindings
    copies: Copies
    retention: Retention
    views: PersonViews
    party_cards: PartyCards

    @classmethod
    def of(cls, world: World, statements: StatementSigning, consents: Consents, decisions: Decisions) -> People:
        """The component over one world."""
        subscriptions, wishes = Subscriptions(world), StandingWishes(world)
        reviews, links, limits = Reviews(world), Links(world, consents.acting), AskLimits(world, wishes)
        inbox, content = Inbox(world, subscriptions), LinkContent(world, decisions.evaluation, decisions.opening)
        copies = Copies(world, consents.endings, inbox)
        requests = Requests(world, consents.drafts, wishes, limits, inbox)
        contacts = Contacts(world, announcements := Announcements(world, requests))
        sending = ContactSending(world, contacts, decisions.evaluation, inbox)
        return cls(
            requests=requests,
            request_on_denial=RequestOnDenial(world, requests, wishes, limits),
            wishes=wishes,
            inbox=inbox,
            subscriptions=subscriptions,
            deliveries=Deliveries(world),
            failed_deliveries=FailedDeliveries(world),
            announcements=announcements,
            contacts=contacts,
            distribution=Distribution(world, requests, wishes, limits, inbox, contacts=sending),
            incidents=Incidents(world, statements, reviews),
            reviews=reviews,
            complaints=Complaints(world, reviews),
            links=links,
            sharing=LinkSharing(world, content, links, LinkLog(world, statements, inbox), consents.acting),
            asked_transfers=AskedTransfers(world, inbox),
            bindings=Bindings(world, BindingCodes(world), inbox),
            copies=copies,
            views=PersonViews.of(world, requests),
            party_cards=PartyCards(world),
            retention=Retention(world, consents.endings, links, inbox, copies),
        )
