# shellcheck shell=sh disable=SC2034
# For ./check, ./demo and ./bench, which source it from the top of the checkout: a known environment,
# the packages, steps that are quiet unless they fail, and building.

# What the user's shell has set (compiler flags, other pythons, preloads) changes what is
# tested: start again with what is needed.
if [ -z "${SALLYPORT_CLEAN:-}" ]; then
    set -- "./$(basename "$0")" "$@"
    for name in HOME TERM CI XDG_CACHE_HOME http_proxy https_proxy no_proxy \
        SALLYPORT_CORPORA; do
        eval "value=\${$name-}"
        [ -z "$value" ] || set -- "$name=$value" "$@"
    done
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        PYTHONDONTWRITEBYTECODE=1 SALLYPORT_CLEAN=1 "$@"
fi

# To build, and to make the room with a real sshd in it (libwrap0: what sshd links and
# a machine without one may lack; patchelf: for the sshd of another release) and a real
# OpenID provider (whoever has node from elsewhere has its npm, too, and Debian's would clash).
build_packages="gcc g++ libc6-dev meson ninja-build cmake pkg-config dpkg-dev patch xz-utils
    ca-certificates libseccomp-dev libcap-ng-dev libjsmn-dev libyaml-dev nettle-dev
    libc-ares-dev libcmocka-dev musl-tools"
room_packages="python3 python3-cryptography openssh-client iproute2 libwrap0 libsystemd0
    patchelf"
command -v npm >/dev/null || room_packages="$room_packages nodejs npm"
# For ./check besides: the other compilers and builds, and the tests.
check_packages="clang libclang-rt-dev llvm afl++ libcurl4-openssl-dev libssl-dev android-libboringssl-dev
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross binutils python3-pytest strace openssl
    mandoc zsh fish debootstrap systemd python3-prometheus-client"
# For ./bench: what sallyport is compared with, and what it needs (libjson-c5: Google's helper).
bench_packages="curl openssl libjson-c5 valgrind"
check_packages="$check_packages $bench_packages"

logs=build/check-logs

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages NAME...: those that are missing.
install_packages() {
    missing=
    for package; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root apt-get -q update || return
    # shellcheck disable=SC2086  # a list of names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends $missing
}

# step "WHAT IT IS" COMMAND...: one line and its time; the command's output if it fails.
step() {
    what=$1
    shift
    mkdir -p "$logs"
    log=$logs/$(echo "$what" | tr -c 'A-Za-z0-9\n' -).log
    start=$(date +%s)
    printf '%-44s' "$what"
    if "$@" >"$log" 2>&1 </dev/null; then
        echo "$(($(date +%s) - start)) s"
        return 0
    fi
    echo "failed after $(($(date +%s) - start)) s; $log ends with:"
    tail -n 60 "$log"
    return 1
}

# build_in DIRECTORY [MESON OPTION...]
build_in() {
    directory=$1
    shift
    [ -e "$directory/build.ninja" ] || meson setup "$@" "$directory" || return
    meson compile -C "$directory"
}
