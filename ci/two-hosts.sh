#!/usr/bin/env bash
# Trains on "two hosts": two network namespaces connected by a veth pair, with one process in each.
# Over a fast link, over a slow link, and with the link down during training, the resulting weights
# must be the same. Needs root and the ip command; where network namespaces are not allowed, it
# prints that and succeeds.
#
#   ci/two-hosts.sh SCRATCH      SCRATCH: a folder for runs and logs
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
scratch=${1:?usage: ci/two-hosts.sh SCRATCH}
tag=toco$$
hosts=("$tag-a" "$tag-b")
addresses=(192.168.77.1 192.168.77.2)
names=(first-host second-host)
links=("${tag}a" "${tag}b")
PATH=$PATH:/usr/sbin:/sbin

fail() {
  printf 'two hosts: FAILED: %s\n' "$*"
  tail -n 5 "$scratch"/host-*.log 2>/dev/null
  exit 1
}
finish() {
  local status=$?
  for host in "${hosts[@]}"; do
    ip netns pids "$host" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del "$host" 2>/dev/null || true
    rm -rf "/etc/netns/$host"
  done
  exit $status
}
trap finish EXIT

if ! ip netns add "${hosts[0]}" 2>/dev/null; then
  echo 'two hosts: skipped: no network namespaces here (they need root and the ip command)'
  exit 0
fi
ip netns add "${hosts[1]}"
ip link add "${links[0]}" type veth peer name "${links[1]}"
for i in 0 1; do
  ip link set "${links[$i]}" netns "${hosts[$i]}"
  ip -n "${hosts[$i]}" addr add "${addresses[$i]}/24" dev "${links[$i]}"
  ip -n "${hosts[$i]}" link set "${links[$i]}" up
  ip -n "${hosts[$i]}" link set lo up
  # Bound to /etc/hosts by ip netns exec. As Debian's, it gives the host's own name a loopback
  # address, which the other host must not be sent to.
  mkdir -p "/etc/netns/${hosts[$i]}"
  printf '%s\n' '127.0.0.1 localhost' "127.0.1.1 ${names[$i]}" \
    "${addresses[$((1 - i))]} ${names[$((1 - i))]}" >"/etc/netns/${hosts[$i]}/hosts"
done

settings=(--set "data.root=$scratch/data" --set data.synthetic.trainImages=24
  --set data.synthetic.valImages=4 --set data.synthetic.testImages=1
  --set train.maxIters=12 --set train.warmupIters=1 --set train.samplesPerProcess=1
  --set train.threads=1 --set train.logEvery=1 --set train.checkpointEvery=2
  --set train.evalEvery=0 --set train.overlayEvery=0
  --set distributed.checkEvery=3 --set distributed.bucketMb=0.3)

# Each host has its own launcher and its own run folder, as without a shared disk.
start() { # run, restarts
  for i in 0 1; do
    ip netns exec "${hosts[$i]}" "$home/bin/toco" launch --nproc 1 --nnodes 2 --node-rank $i \
      --master-addr "${names[0]}" --timeout 15 --max-restarts "$2" -- \
      train "$home/configs/demo.yaml" "${settings[@]}" --set "run.dir=$scratch/$i/$1" \
      >"$scratch/host-$i-$1.log" 2>&1 &
    pids[$i]=$!
  done
}
await() { # what
  for i in 0 1; do wait "${pids[$i]}" || fail "$1: host $i ended with status $?"; done
}
same_as_fast() { # run
  local last=checkpoints/step-000012.safetensors
  "$home/bin/toco" checkpoint diff "$scratch/0/fast/$last" "$scratch/0/$1/$last" |
    tail -n 1 | tee "$scratch/diff" | grep -q ' 0 differ' ||
    fail "$1: weights differ: $(cat "$scratch/diff")"
}
mkdir -p "$scratch"
started=$SECONDS
start fast 0
await 'fast link'
echo "two hosts: fast link: $((SECONDS - started)) s"
[ ! -e "$scratch/1/fast/checkpoints" ] || fail 'the second host wrote checkpoints'

slow='rate 16mbit burst 32kbit latency 500ms'
if ip netns exec "${hosts[0]}" tc qdisc add dev "${links[0]}" root tbf $slow 2>/dev/null; then
  ip netns exec "${hosts[1]}" tc qdisc add dev "${links[1]}" root tbf $slow
  started=$SECONDS
  start slow 0
  await 'slow link'
  same_as_fast slow
  echo "two hosts: slow link, 16 Mbit/s: $((SECONDS - started)) s, same weights"
  for i in 0 1; do ip netns exec "${hosts[$i]}" tc qdisc del dev "${links[$i]}" root; done
else
  echo 'two hosts: slow link: skipped: this kernel cannot limit the rate of a link'
fi

started=$SECONDS
start down 2
until [ -e "$scratch/0/down/checkpoints/step-000004.safetensors" ]; do
  kill -0 "${pids[0]}" 2>/dev/null || fail 'the run ended before its link went down'
  sleep 0.1
done
ip -n "${hosts[1]}" link set "${links[1]}" down
down_at=$SECONDS
until grep -q 'restart 1 of 2' "$scratch/host-0-down.log" &&
  grep -q 'restart 1 of 2' "$scratch/host-1-down.log"; do
  [ $((SECONDS - down_at)) -lt 90 ] || fail 'a process still waits 90 s after the link went down'
  sleep 0.2
done
echo "two hosts: link down: all processes ended within $((SECONDS - down_at)) s, with:"
grep -h -E 'toco: error' "$scratch"/host-?-down.log | cut -c1-220 | sed 's/^/    /'
ip -n "${hosts[1]}" link set "${links[1]}" up
await 'link down and up again'
same_as_fast down
took=$((SECONDS - started))
echo "two hosts: link up again: the launchers resumed the run themselves, $took s, same weights"
