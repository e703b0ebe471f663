"""Forms that bring a file along."""

from app.web.pages import PageRequest


async def uploaded(request: PageRequest, field: str) -> tuple[bytes, dict[str, str]]:
    """The bytes of the file in this field, none where no file came along, and the fields beside it."""
    form = await request.form()
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    file = form.get(field)
    if file is None or isinstance(file, str) or not hasattr(file, "read"):
        return b"", typed
    return await file.read(), typed
