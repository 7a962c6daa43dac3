/** What a machine exits with that turned itself off: one that was stopped or killed exits otherwise. */
export const POWERED_OFF = 42;

/**
 * The first process of a machine: does what cloud-init does, as far as providers rely on it, and stays whatever ends. User data are
 * run once for each instance, so that machines that are made from an image run their own.
 */
export const MACHINE_SCRIPT = `set -e
if [ "$BOOTS" = no ]; then
  while :; do sleep 3600; done
fi
trap 'exit ${POWERED_OFF}' USR1
printf '#!/bin/sh\\nkill -USR1 1\\n' > /usr/sbin/poweroff
chmod 755 /usr/sbin/poweroff
mkdir -p /run/sshd /etc/sudoers.d /var/lib/cloud
known=$(cat /var/lib/cloud/instance-id 2>/dev/null || true)
if [ "$known" != "$INSTANCE" ]; then
  sed -i '/^HostKey /d' /etc/ssh/sshd_config
  rm -f /etc/ssh/ssh_host_*
  ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
  printf %s "$USER_DATA" | base64 -d > /var/lib/cloud/user-data
  chmod 700 /var/lib/cloud/user-data
fi
unset USER_DATA
/usr/sbin/sshd
for script in /var/lib/cloud/scripts/per-boot/*; do
  [ ! -x "$script" ] || "$script" || true
done
if [ "$known" != "$INSTANCE" ]; then
  /var/lib/cloud/user-data > /var/log/cloud-init-output.log 2>&1 || true
  printf %s "$INSTANCE" > /var/lib/cloud/instance-id
fi
while :; do sleep 3600 & wait $! || true; done
`;
