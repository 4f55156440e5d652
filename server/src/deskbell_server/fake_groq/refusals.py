"""Error answers in Groq's form, and the checks that lead to them."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """Answers with a status and Groq's error body."""

    def __init__(
        self, status: int, message: str, kind: str = "invalid_request_error", retry_after: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.kind, self.retry_after = status, message, kind, retry_after


async def refusal(_: Request, error: Exception) -> Response:
    """Starlette's handler of Refused."""
    if not isinstance(error, Refused):
        raise error
    body = {"error": {"message": error.message, "type": error.kind}}
    headers = {"retry-after": error.retry_after} if error.retry_after else None
    return JSONResponse(body, status_code=error.status, headers=headers)


async def engine_failure(_: Request, error: Exception) -> Response:
    """Starlette's handler of an engine's own failure."""
    body = {"error": {"message": type(error).__name__, "type": "internal_server_error"}}
    return JSONResponse(body, status_code=500)


def check_key(request: Request) -> None:
    """Any key will do, none will not."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(401, "Invalid API Key")


def check_model(model: object, *families: str) -> None:
    """Whether the model is of a family that can do what is asked."""
    if not isinstance(model, str) or not any(family in model for family in families):
        raise Refused(404, f"The model `{model}` does not exist or you do not have access to it.")


async def json_object(request: Request) -> dict[str, Any]:
    """The request's body."""
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body
