"""Records as they were kept: JSON text that readers of this package wrote."""

import json

from coalface.errors import LabelFileError
from coalface.labels.draft import Json, Place

__all__ = ["stored_json"]


def stored_json(original: str, place: Place) -> Json:
    """What the kept text of a record says.

    Raises
    ------
    LabelFileError
        If it is not the JSON that a reader keeps.
    """
    try:
        found: Json = json.loads(original)
    except (ValueError, RecursionError) as error:
        raise LabelFileError(
            f"the kept record at {place.record or place.line} is no JSON: {error}",
            code="label_stored_record",
            hint="import the list again",
            context={"record": place.record, "line": place.line},
        ) from error
    return found
