#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# catalog_test.py on the build folder $B.

exec python3 "$(dirname "$0")/catalog_test.py" "$B"
