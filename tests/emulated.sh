#!/usr/bin/env bash
# CASES of tests/kernels/same_bits_cases.py ("long": all, "some": a few) and SWEEPS of the sixty sweeps on an emulated processor:
# the same digests of all bits, and the same Parquet files, as on this machine. Usage: emulated.sh arm64|nehalem TREE PYTHON
#
# arm64: Debian, and wheels for aarch64 of the releases in constraints.txt. The packages are only unpacked, since configuring them
# in emulation would take five minutes. No chroot is needed, since qemu looks for Python's loader and libraries in TREE first.
# nehalem: an x86-64 of 2008, where NumPy, Arrow and the C library lack AVX and FMA too. This machine compiles its machine code.
#
# TREE keeps what the emulated machine needs, its machine code and what was trained.
set -euo pipefail
machine=$1 tree=$(realpath -m "$2") python=$(realpath -s "$3")
root=$(realpath "$(dirname "$0")/..")
CASES=${CASES:-long}
SWEEPS=${SWEEPS:-12} # on arm64 these take a little less long than all cases, which run beside them

unpack_debian() {
    local release mirror package
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(apt-get indextargets --format "\$(REPO_URI)" | head -n 1)
    debootstrap --foreign --arch=arm64 --variant=minbase --include=python3-minimal,libpython3-stdlib,libstdc++6,libgomp1 \
        "$release" "$tree/debian" "$mirror" > "$tree/debootstrap.log" 2>&1
    for package in "$tree"/debian/var/cache/apt/archives/*.deb; do dpkg -x "$package" "$tree/debian"; done
}

# Only what training loads: all that backsweep needs would take three times the room.
install_wheels() {
    local version=$1 platforms=() libc
    for libc in 17 24 26 27 28 34; do platforms+=(--platform "manylinux_2_${libc}_aarch64"); done
    "$python" -m pip install --quiet --target "$tree/site" --python-version "$version" --implementation cp \
        --only-binary=:all: "${platforms[@]}" --platform manylinux2014_aarch64 --constraint "$root/constraints.txt" \
        filelock joblib numba numpy platformdirs psutil pyarrow pydantic rich scipy tomli-w
}

on_arm64() {
    local emulated
    if [ ! -e "$tree/.ready" ]; then
        unpack_debian
        emulated=$(find "$tree"/debian/usr/bin -name 'python3.*' -type f)
        install_wheels "${emulated##*python}"
        touch "$tree/.ready"
    fi
    emulated=$(find "$tree"/debian/usr/bin -name 'python3.*' -type f)
    "$python" -m pip install --quiet --target "$tree/package" --upgrade --no-deps --no-build-isolation "$root"
    PYTHONHOME="$tree/debian/usr" PYTHONPATH="$tree/package:$tree/site:$PYTHONPATH" \
        trained arm64 qemu-aarch64-static -L "$tree/debian" "$emulated"
}

on_nehalem() {
    export NUMBA_CPU_NAME=x86-64 NUMBA_CPU_FEATURES=+sse2 GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F
    trained sse2 "$python"
    # A setting meant for this machine would make NumPy's linear algebra use features that the emulated processor lacks.
    OPENBLAS_CORETYPE=Nehalem trained nehalem qemu-x86_64-static -cpu Nehalem "$python"
}

# trained NAME PYTHON...: digests of what this Python trains, in files below TREE/NAME. The cases and the sweeps share two cores.
trained() {
    local folder=$tree/$1 sweeps
    shift
    mkdir -p "$folder"
    "$@" -m helpers.sixty_files $SWEEPS > "$folder/sweeps.txt" &
    sweeps=$!
    "$@" "$root/tests/kernels/same_bits_cases.py" "$CASES" > "$folder/cases.txt"
    wait "$sweeps"
}

mkdir -p "$tree"
cd "$root/tests" # at $root, Python would take the folder backsweep, which is only the front door, for the package
export PYTHONPATH="$root/tests" PYTHONDONTWRITEBYTECODE=1 NUMBA_CACHE_DIR="${NUMBA_CACHE_DIR:-$tree/machine-code}"
trained here "$python"
"on_$machine"
diff --recursive "$tree/here" "$tree/$machine"
echo "$machine: $(wc -l < "$tree/here/cases.txt") cases and $(wc -l < "$tree/here/sweeps.txt") files of $SWEEPS sweeps, the same bits"
