#!/usr/bin/env bash
# The cases of tests/kernels/test_same_bits.py on an emulated arm64: the same digests as on this machine. Usage: arm64.sh TREE PYTHON
#
# TREE keeps what the emulated machine needs: Debian's packages for arm64, wheels for aarch64 of the releases in constraints.txt,
# and its machine code. The packages are only unpacked, since configuring them in emulation would take five minutes. No chroot
# is needed, since qemu looks for Python's loader and libraries in TREE first. From nothing it takes about five minutes.
set -euo pipefail
tree=$(realpath -m "$1") python=$(realpath -s "$2")
root=$(realpath "$(dirname "$0")/..")
release=$(. /etc/os-release && echo "$VERSION_CODENAME")

unpack_debian() {
    local mirror
    mirror=$(apt-get indextargets --format "\$(REPO_URI)" | head -n 1)
    debootstrap --foreign --arch=arm64 --variant=minbase --include=python3-minimal,libpython3-stdlib,libstdc++6,libgomp1 \
        "$release" "$tree/debian" "$mirror" > "$tree/debootstrap.log" 2>&1
    local package
    for package in "$tree"/debian/var/cache/apt/archives/*.deb; do dpkg -x "$package" "$tree/debian"; done
}

install_wheels() {
    local version=$1 platforms=() libc
    for libc in 17 24 26 27 28 34; do platforms+=(--platform "manylinux_2_${libc}_aarch64"); done
    "$python" -m pip install --quiet --target "$tree/site" --python-version "$version" --implementation cp \
        --only-binary=:all: "${platforms[@]}" --platform manylinux2014_aarch64 --constraint "$root/constraints.txt" \
        numpy numba platformdirs
}

mkdir -p "$tree"
if [ ! -e "$tree/.ready" ]; then
    unpack_debian
    emulated=$(find "$tree"/debian/usr/bin -name 'python3.*' -type f)
    install_wheels "${emulated##*python}"
    touch "$tree/.ready"
fi
emulated=$(find "$tree"/debian/usr/bin -name 'python3.*' -type f)
"$python" -m pip install --quiet --target "$tree/package" --upgrade --no-deps --no-build-isolation "$root"

export NUMBA_CACHE_DIR="$tree/machine-code" PYTHONDONTWRITEBYTECODE=1
cases="$root/tests/kernels/same_bits_cases.py"
"$python" "$cases" long > "$tree/here.txt"
PYTHONHOME="$tree/debian/usr" PYTHONPATH="$tree/package:$tree/site" \
    qemu-aarch64-static -L "$tree/debian" "$emulated" "$cases" long > "$tree/arm64.txt"
diff "$tree/here.txt" "$tree/arm64.txt"
echo "arm64: $(wc -l < "$tree/here.txt") cases, the same bits"
