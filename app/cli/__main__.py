"""`python -m app.cli` is the command `nahwerk`."""

from app.cli import main

main(prog_name="nahwerk")
