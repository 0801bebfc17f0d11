"""The demo: four portals, a company and a mailbox on this machine, to try the whole product without a network.

`corpus` makes up the notices, `portals` serves them, `company/` is who watches them, `mailbox` receives the alerts.
"""
