"""Every column that could hold personal data says so when it is declared (docs/design.md decision 21)."""

NOT_PERSONAL = "not personal"


def personal(purpose: str, retention: str) -> str:
    """For a column's help_text: why the data is kept, and until when."""
    return f"personal: {purpose}; kept {retention}"
