#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# report_test.py on the program given, or on the one in the build folder $B.

exec python3 "$(dirname "$0")/report_test.py" "${1:-$B/siptimed}"
