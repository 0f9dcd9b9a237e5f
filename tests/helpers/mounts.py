"""Commands that see other mounts than the rest of the machine, as those of a container do."""

import subprocess


def with_mounts(*mounts):
    """What to put before a command so that these mounts hold for it alone."""
    lines = [*(f"mount {mount}" for mount in mounts), 'exec "$0" "$@"']
    return ["unshare", "--mount", "sh", "-ec", "\n".join(lines)]


def may_mount():
    """Whether this process may do that: root on Linux may, but in most containers."""
    try:
        return subprocess.run([*with_mounts("-t tmpfs none /tmp"), "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
