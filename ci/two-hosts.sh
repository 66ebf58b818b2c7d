#!/usr/bin/env bash
# Trains on "two hosts": two network namespaces joined by one cable, a process in each. Over a good line, over a slow one, and with
# the cable cut in the midst of it: the same run must come out every time. Needs root and the ip command; says so and passes
# where namespaces are not allowed.
#
#   ci/two-hosts.sh SCRATCH      a folder for runs and logs
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
scratch=${1:?name a scratch folder}
tag=toco$$
hosts=("$tag-a" "$tag-b")
addresses=(10.77.0.1 10.77.0.2)
cables=("${tag}a" "${tag}b")
PATH=$PATH:/usr/sbin:/sbin

fail() { printf 'two hosts: FAILED: %s\n' "$*"; tail -n 5 "$scratch"/host-*.log 2>/dev/null; exit 1; }
finish() {
  local status=$?
  for host in "${hosts[@]}"; do
    ip netns pids "$host" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del "$host" 2>/dev/null || true
  done
  exit $status
}
trap finish EXIT

if ! ip netns add "${hosts[0]}" 2>/dev/null; then
  echo 'two hosts: left out: this machine does not allow network namespaces (they need root and the ip command)'
  exit 0
fi
ip netns add "${hosts[1]}"
ip link add "${cables[0]}" type veth peer name "${cables[1]}"
for i in 0 1; do
  ip link set "${cables[$i]}" netns "${hosts[$i]}"
  ip -n "${hosts[$i]}" addr add "${addresses[$i]}/24" dev "${cables[$i]}"
  ip -n "${hosts[$i]}" link set "${cables[$i]}" up
  ip -n "${hosts[$i]}" link set lo up
done

settings=(--set "data.root=$scratch/data" --set data.synthetic.trainImages=24 --set data.synthetic.valImages=4 --set data.synthetic.testImages=1
  --set train.maxIters=12 --set train.warmupIters=1 --set train.samplesPerProcess=1 --set train.threads=1 --set train.logEvery=1
  --set train.checkpointEvery=2 --set train.evalEvery=0 --set train.overlayEvery=0 --set distributed.checkEvery=3 --set distributed.bucketMb=0.3)

# Each host has a launcher and a folder of its own, as if they shared no disk.
start() { # run, restarts
  for i in 0 1; do
    ip netns exec "${hosts[$i]}" "$home/bin/toco" launch --nproc 1 --nnodes 2 --node-rank $i --master-addr "${addresses[0]}" --timeout 15 \
      --max-restarts "$2" -- train "$home/configs/demo.yaml" "${settings[@]}" --set "run.dir=$scratch/$i/$1" >"$scratch/host-$i-$1.log" 2>&1 &
    pids[$i]=$!
  done
}
await() { # what
  for i in 0 1; do wait "${pids[$i]}" || fail "$1: host $i ended with status $?"; done
}
same_as_good() { # run
  "$home/bin/toco" checkpoint diff "$scratch/0/good/checkpoints/step-000012.safetensors" "$scratch/0/$1/checkpoints/step-000012.safetensors" |
    tail -n 1 | tee "$scratch/diff" | grep -q ' 0 differ' || fail "$1: other weights: $(cat "$scratch/diff")"
}
mkdir -p "$scratch"
started=$SECONDS
start good 0
await 'a good line'
echo "two hosts: a good line: $((SECONDS - started)) s"
[ ! -e "$scratch/1/good/checkpoints" ] || fail 'the second host wrote checkpoints'

slow='rate 16mbit burst 32kbit latency 500ms'
if ip netns exec "${hosts[0]}" tc qdisc add dev "${cables[0]}" root tbf $slow 2>/dev/null; then
  ip netns exec "${hosts[1]}" tc qdisc add dev "${cables[1]}" root tbf $slow
  started=$SECONDS
  start slow 0
  await 'a slow line'
  same_as_good slow
  echo "two hosts: 16 Mbit/s: $((SECONDS - started)) s, the same weights"
  for i in 0 1; do ip netns exec "${hosts[$i]}" tc qdisc del dev "${cables[$i]}" root; done
else
  echo 'two hosts: the slow line left out: this kernel cannot slow one down'
fi

started=$SECONDS
start cut 2
until [ -e "$scratch/0/cut/checkpoints/step-000004.safetensors" ]; do
  kill -0 "${pids[0]}" 2>/dev/null || fail 'the run ended before its cable was cut'
  sleep 0.1
done
ip -n "${hosts[1]}" link set "${cables[1]}" down
cut_at=$SECONDS
until grep -q 'restart 1 of 2' "$scratch/host-0-cut.log" && grep -q 'restart 1 of 2' "$scratch/host-1-cut.log"; do
  [ $((SECONDS - cut_at)) -lt 90 ] || fail '90 s after the cut some process still waits'
  sleep 0.2
done
echo "two hosts: the cable cut: all ended within $((SECONDS - cut_at)) s; they said:"
grep -h -E 'toco: error' "$scratch"/host-?-cut.log | cut -c1-220 | sed 's/^/    /'
ip -n "${hosts[1]}" link set "${cables[1]}" up
await 'the cable cut and mended'
same_as_good cut
echo "two hosts: mended, the launchers went on by themselves: $((SECONDS - started)) s in all, the same weights"
