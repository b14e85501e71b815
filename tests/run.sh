#!/usr/bin/env bash
# Installs what is missing (apt), builds, and runs every test. Ends with ctest's own count.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake/install_packages.sh build test
cmake --preset dev >/dev/null
cmake --build --preset dev
# A test that fails is run once more, and both runs are shown: those with real processes depend on how a
# loaded machine schedules them. One that passes only at the second try is a defect to be found.
ctest --preset dev --repeat until-pass:2
