"""Update masks (AIP-134): which fields of a resource a client wants to change."""

from __future__ import annotations

from collections.abc import Collection

from google.protobuf.field_mask_pb2 import FieldMask

from deskbell_server.domain.errors import InvalidInput


def paths(mask: FieldMask, allowed: Collection[str]) -> set[str]:
    """The paths of a mask; all that are allowed for "*" or no mask. Raises InvalidInput for any other."""
    if not mask.paths or list(mask.paths) == ["*"]:
        return set(allowed)
    unknown = sorted(set(mask.paths) - set(allowed))
    if unknown:
        raise InvalidInput.field(
            "update_mask", f"names what cannot be changed; these can: {', '.join(sorted(allowed))}"
        )
    return set(mask.paths)
