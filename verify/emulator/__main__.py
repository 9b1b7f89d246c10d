"""`python -m emulator -p PORT`: moto's own server, after the gaps are filled."""

import sys

from moto.server import main

from emulator import compute, edge, eks, messages, network, stores

for service in (compute, edge, eks, messages, network, stores):
    service.fill()

main(sys.argv[1:])
