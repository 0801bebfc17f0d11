"""`python -m app` is the same as `tenderwatch`."""

from app.cli import main

main()
