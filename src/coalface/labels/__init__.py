"""Labels: who said what about whom, when, on which authority, and under which licence.

Here belongs everything that is said from outside of the chain about addresses, transactions, parties and
networks; it works without any chain. `draft` is what readers of `formats` hand over, `reading` chooses one,
`importing` brings a file in by way of `writer`, and `database` is what it is kept in. `book` answers as of
one moment, `lookup` asks it a single question, `search`, `diff` and `export` go over many statements,
`services` is the look-up by address id for the rooms behind, `withdrawal` takes something out of answers
again. `categories` says what a plain list may claim, `dating` finds date and series.

A label is a claim of its source, never a fact. Nothing is overwritten: a later state of a series, another
source that says the opposite, and a withdrawal stand beside what they contradict.
"""

from coalface.labels.book import AddressLabels, LabelBook, Naming
from coalface.labels.categories import CATEGORIES, Category
from coalface.labels.database import has_labels
from coalface.labels.diff import Change, diff_series
from coalface.labels.export import export_source
from coalface.labels.importing import ImportReport, import_built_in, import_source
from coalface.labels.label import Label
from coalface.labels.lookup import labels_of, listed_addresses, service_addresses, sources
from coalface.labels.party import Party, PartyName, PartyRelation
from coalface.labels.problems import problems_of
from coalface.labels.search import Found, search
from coalface.labels.services import LabelledAddresses, Service, labelled_addresses, service_stops
from coalface.labels.source import LabelSource
from coalface.labels.withdrawal import Withdrawal, Withdrawn, withdraw

__all__ = [
    "CATEGORIES",
    "AddressLabels",
    "Category",
    "Change",
    "Found",
    "ImportReport",
    "Label",
    "LabelBook",
    "LabelSource",
    "LabelledAddresses",
    "Naming",
    "Party",
    "PartyName",
    "PartyRelation",
    "Service",
    "Withdrawal",
    "Withdrawn",
    "diff_series",
    "export_source",
    "has_labels",
    "import_built_in",
    "import_source",
    "labelled_addresses",
    "labels_of",
    "listed_addresses",
    "problems_of",
    "search",
    "service_addresses",
    "service_stops",
    "sources",
    "withdraw",
]
