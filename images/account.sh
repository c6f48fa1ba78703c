#!/bin/sh
# The account of every container: kubeyard, 10001:10001, without a shell. It runs while an image is built.
set -eu

groupadd --gid 10001 kubeyard
useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /var/lib/kubeyard --shell /usr/sbin/nologin kubeyard
install -d -m 0750 -o kubeyard -g kubeyard /var/lib/kubeyard
