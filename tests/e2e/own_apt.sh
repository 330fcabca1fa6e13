# shellcheck shell=sh
# For scripts that unpack Debian's packages, of this release or another, into the build cache
# and install nothing: fetch-peers and proofs/fetch-cbmc, which source it.
#
# apt does the work, with lists, cache and idea of what is installed of its own: the machine's
# package lists, and what it would upgrade to, stay as they are.

cache=/var/cache/sallyport-build
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] ||
    cache=${XDG_CACHE_HOME:-$HOME/.cache}/sallyport-build
mkdir -p "$cache"
if ! [ -O "$cache" ]; then      # root with a user's HOME must not run what that user left there
    echo "$cache belongs to somebody else" >&2
    exit 1
fi

# begin NAME: the directory of the cache that things shall be in, and nobody else at it.
begin() {
    dir=$cache/$1
    apt=$dir/apt
    mkdir -p "$dir" || exit 1
    exec 9>"$dir/lock"      # of two at once, the second waits and finds everything
    flock 9
}

own_apt() {
    apt-get -qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Lists="$apt/lists" -o Dir::State::status="$apt/status" \
        -o Dir::Cache="$apt/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 \
        -o Acquire::Languages=none -o APT::Keep-Downloaded-Packages=true "$@" >&2
}

# The suite's package lists, from the mirror that this machine uses for Debian, however its
# source list is written. Another archive with a suite of that name falls out: Debian's keys
# do not vouch for it.
update_lists() {
    suite=$1
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    rm -rf "$apt"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    : >"$apt/status"
    apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE)' \
        'Created-By: Packages' 'Component: main' | sort -u |
    while read -r mirror release; do
        # Updates and security have mirrors of their own, without whole releases.
        case $release in
        *[-/]*) ;;
        *) echo "deb [signed-by=$keys] $mirror $suite main" ;;
        esac
    done | sort -u >"$apt/sources.list"
    if ! [ -s "$apt/sources.list" ]; then
        echo "this machine's apt knows no mirror of Debian" >&2
        return 1
    fi
    own_apt update || true      # fails for a stranger's archive too: what counts is the next step
}

# unpack SUITE: what update_lists and own_apt have brought, to SUITE.new.
unpack() {
    rm -rf "${dir:?}/$1.new"
    for package in "$apt"/cache/archives/*.deb; do
        dpkg -x "$package" "$dir/$1.new" || return
    done
}

# Last, so that an interrupted run leaves no half.
finish() {
    rm -rf "$apt" "${dir:?}/$1"
    mv "$dir/$1.new" "$dir/$1"
}
