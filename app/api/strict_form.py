"""Bodies with a file: multipart/form-data of exactly the documented fields."""

from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException
from litestar.handlers import BaseRouteHandler

from app.api.strict_json import StrictJson, T
from app.platform.bad_fields import FieldMissing, FieldUnknown, WrongType


async def only_a_form(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Refuses another Content-Type with 415, before anything tries to read it as a form."""
    if connection.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise ClientException(status_code=415)


class StrictForm(StrictJson[T]):
    """Makes the handler's `data` of the form: files where its struct has an UploadFile, and texts.

    The first wrong field is refused with a BadInput. Needs the guard `only_a_form`.
    """

    def decode_builtins(self, value: dict[str, Any]) -> Any:
        model: Any = self.model_type
        fields = {field.name: field for field in msgspec.structs.fields(model)}
        for name in value:
            if name not in fields:
                raise FieldUnknown(field=name)
        for name, field in fields.items():
            if name not in value:
                if field.required:
                    raise FieldMissing(field=name)
                continue
            wants_file = field.type is UploadFile
            if isinstance(value[name], UploadFile) != wants_file or isinstance(value[name], list):
                raise WrongType(field=name, expected="file" if wants_file else "str")
        return model(**value)
