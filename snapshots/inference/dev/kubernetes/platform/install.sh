#!/bin/sh
# Installs what the cluster needs, in the versions that the list beside this names.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.
set -eu
cd "$(dirname "$0")"

kubectl apply --server-side --force-conflicts --filename network-policy.yaml

helm upgrade --install metrics-server metrics-server --wait \
  --repo https://kubernetes-sigs.github.io/metrics-server --version 3.13.1 \
  --namespace kube-system --create-namespace
