"""Labels: who said what about which address, when, and on which list.

Here belongs everything that is said about addresses from outside the chain; it works without any chain.
`categories` is the table of what a list may claim, `dating` finds a list's date and series, `list_file` reads
the bytes, `database` keeps them in the store folder, `importing` brings a file in, `book` answers, `lookup`
asks it a single question. A label is a claim of its list, never a fact, and stays when a later list drops it.
"""

from coalface.labels.book import AddressLabels, Label, LabelBook, LabelList, Naming
from coalface.labels.categories import CATEGORIES, Category
from coalface.labels.database import has_labels
from coalface.labels.importing import ImportReport, NotAnAddress, import_list
from coalface.labels.lookup import labels_of, listed_addresses, lists, service_addresses

__all__ = [
    "CATEGORIES",
    "AddressLabels",
    "Category",
    "ImportReport",
    "Label",
    "LabelBook",
    "LabelList",
    "Naming",
    "NotAnAddress",
    "has_labels",
    "import_list",
    "labels_of",
    "listed_addresses",
    "lists",
    "service_addresses",
]
