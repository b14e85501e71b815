#!/usr/bin/env bash
# Installs what is missing (apt), builds, and runs every test. Ends with ctest's own count.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake/install_packages.sh build test
cmake --preset dev >/dev/null
cmake --build --preset dev
ctest --preset dev
