"""The two kinds of message: what is asked and what is answered."""

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """An answer. Unknown fields are dropped, so that an older client reads a newer server."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Request(BaseModel):
    """A question. Unknown fields are refused, so that a misspelt one is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
