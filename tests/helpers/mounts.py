"""Commands that see their own mounts, as in a container."""

import subprocess


def with_mounts(*mounts):
    """A command prefix that makes these mounts for that command alone."""
    lines = [*(f"mount {mount}" for mount in mounts), 'exec "$0" "$@"']
    return ["unshare", "--mount", "sh", "-ec", "\n".join(lines)]


def may_mount():
    """Whether this process may mount: root on Linux may, except in most containers."""
    try:
        return subprocess.run([*with_mounts("-t tmpfs none /tmp"), "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
