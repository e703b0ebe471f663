"""Bodies of requests: JSON of exactly the documented form."""

import functools
from typing import Any, TypeVar

import msgspec
from litestar._openapi.schema_generation import SchemaCreator
from litestar.dto import AbstractDTO
from litestar.exceptions import ClientException
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from app.platform.bad_fields import refusal_of

LARGEST_BODY = 64 * 1024
"""Bytes; no body of this interface needs a tenth of it."""

T = TypeVar("T")


class StrictJson(AbstractDTO[T]):
    """Decodes the handler's `data` straight into its struct, without turning text into numbers or numbers into times.

    What is no JSON is refused with 400, another Content-Type with 415, and the first wrong field with a BadInput.
    """

    def decode_bytes(self, value: bytes) -> Any:
        model: Any = self.model_type
        kind = self.asgi_connection.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise ClientException(status_code=415)
        try:
            return _decoder_of(model).decode(value)
        except msgspec.ValidationError as error:
            raise refusal_of(str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ClientException(status_code=400) from error

    @classmethod
    def create_for_field_definition(cls, *_: Any, **__: Any) -> None:
        """Needs no transfer model."""

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,  # noqa: ARG003
        schema_creator: SchemaCreator,
    ) -> Reference | Schema:
        return schema_creator.for_field_definition(field_definition)


class OptionalJson(StrictJson[T]):
    """The same for a body that may be left out."""

    def decode_bytes(self, value: bytes) -> Any:
        return super().decode_bytes(value) if value else None

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: SchemaCreator
    ) -> Reference | Schema:
        [body] = [each for each in field_definition.inner_types if not each.is_none_type]
        return super().create_openapi_schema(body, handler_id, schema_creator)


@functools.cache
def _decoder_of(model: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(model)
