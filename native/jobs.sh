#!/usr/bin/env bash
# Prints how many compilers may run at the same time, and the memory in MB that they may take: the
# smallest of what the machine has and what the limits of the container, the service or the batch
# system allow (control groups of version 1 or 2, processor affinity).
set -euo pipefail

# Prints the folders of this process's control groups, from its own up to the root. In a container
# the path is often that of the host, and only the root exists.
control_groups() {
  local controllers path mount mounts group
  while IFS=: read -r _ controllers path; do
    case ,$controllers, in
      ,,) mounts=(/sys/fs/cgroup /sys/fs/cgroup/unified) ;;
      *",$1,"*) mounts=("/sys/fs/cgroup/$1" "/sys/fs/cgroup/$controllers") ;;
      *) continue ;;
    esac
    for mount in "${mounts[@]}"; do
      group=${path%/}
      while printf '%s\n' "$mount$group" && [ -n "$group" ]; do group=${group%/*}; done
    done
  done 2>/dev/null </proc/self/cgroup
}
number_in() { # fails if there is no limit
  local value
  read -r value 2>/dev/null <"$1" && case $value in '' | *[!0-9]*) false ;; esac && echo "$value"
}
# Prints the memory that compilers may take: what the system has, and what each control group may
# still take, whose file cache the system gives up when it is needed.
usable_mb() {
  local group limit used cache usable
  usable=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null) || true
  usable=${usable:-2000}
  while read -r group; do
    used=$(number_in "$group/memory.current" || number_in "$group/memory.usage_in_bytes") ||
      continue
    cache=$(awk '/^(total_)?inactive_file / { n = $2 } END { print n }' "$group/memory.stat" \
      2>/dev/null) || true
    for limit in memory.max memory.high memory.limit_in_bytes; do
      limit=$(number_in "$group/$limit") || continue
      limit=$(((limit - used + ${cache:-0}) / 1048576))
      [ "$limit" -ge "$usable" ] || usable=$limit
    done
  done < <(control_groups memory)
  echo "$usable"
}
usable_processors() {
  local group quota period usable
  usable=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null) || usable=1
  while read -r group; do
    if ! read -r quota period 2>/dev/null <"$group/cpu.max"; then
      quota=$(number_in "$group/cpu.cfs_quota_us") || continue
      period=$(number_in "$group/cpu.cfs_period_us") || continue
    fi
    [ "$quota" != max ] || continue
    quota=$(((quota + period - 1) / period))
    [ "$quota" -ge "$usable" ] || usable=$quota
  done < <(control_groups cpu)
  echo "$usable"
}
memory=$(usable_mb)
jobs=$(usable_processors)
by_memory=$((memory / 2000)) # LibTorch's headers take about 2 GB per compiler
[ "$by_memory" -ge "$jobs" ] || jobs=$((by_memory > 0 ? by_memory : 1))
echo "$jobs $memory"
