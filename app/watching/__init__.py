"""What an operator sees of it all: `tenderwatch status` in the terminal, and figures for Prometheus."""
