"""python -m kubeyard_local <command>: what deployment_local.sh hands over to."""

import sys

from kubeyard_local.command_line import main

sys.exit(main())
