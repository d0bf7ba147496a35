#!/usr/bin/env python3
"""Django's own commands. `./evenkeel manage ...` runs them with this installation's database and keys."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    execute_from_command_line(sys.argv)
