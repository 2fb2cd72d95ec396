#!/usr/bin/env bash
# Opens N event streams on a running server, shows what they cost the exchange, and ends them.
# Usage: scripts/simulate-users.sh [N, default 10] [address, default http://localhost:3000]
set -euo pipefail

# One curl keeps this many streams open; each stream is a socket of it.
STREAMS_A_CURL=100
STREAMS_MAX=12000

count="${1:-10}"
address="${2:-http://localhost:${PORT:-3000}}"
timeframes=(1m 5m 15m 1h 4h 1d)

case "$count" in
  '' | *[!0-9]*) echo "usage: $0 [N] [address]: N is a whole number from 1 to $STREAMS_MAX" >&2; exit 2 ;;
esac
if [ "${#count}" -gt 5 ] || [ "$count" -lt 1 ] || [ "$count" -gt "$STREAMS_MAX" ]; then
  echo "usage: $0 [N] [address]: N is a whole number from 1 to $STREAMS_MAX" >&2
  exit 2
fi

statistics() { curl -sf --max-time 10 "$address/api/ws-stats"; }
figure() { sed -E "s/.*\"$1\":\"?([0-9.]+%?)\"?[,}].*/\1/" <<<"$2"; }

show() {
  local text; text="$(statistics)"
  printf '%-7s %6s streams: %6s connections if each had their own, %s shared, %s saved (%s)\n' "$1" \
    "$(figure activeSessions "$text")" "$(figure traditionalConnections "$text")" \
    "$(figure sharedWebSockets "$text")" "$(figure savedConnections "$text")" \
    "$(figure savingsPercent "$text")"
}

sessions() { figure activeSessions "$(statistics)"; }

# Waits until the server counts this many streams; gives up after 30 s.
await_sessions() {
  for _ in $(seq 1 150); do
    [ "$(sessions)" -eq "$1" ] && return 0
    sleep 0.2
  done
  echo "the server counts $(sessions) streams, $1 were expected" >&2
  return 1
}

if ! statistics >/dev/null; then
  echo "no server answers at $address: start one with \`npm start\`" >&2
  exit 1
fi

folder="$(mktemp -d)"
curls=()
end_streams() {
  for pid in "${curls[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${curls[@]}"; do wait "$pid" 2>/dev/null || true; done
  curls=()
}
trap 'end_streams; rm -rf "$folder"' EXIT

already="$(sessions)"
show before

for ((opened = 0; opened < count; )); do
  list="$folder/$opened"
  for ((i = 0; i < STREAMS_A_CURL && opened < count; i++, opened++)); do
    timeframe="${timeframes[$((opened % 6))]}"
    printf 'url = "%s/api/trading-shared?action=start&timeframe=%s"\noutput = "/dev/null"\n' \
      "$address" "$timeframe" >>"$list"
  done
  # curl tells the progress of parallel transfers on its standard error, whatever -s says.
  curl -sN -Z --parallel-immediate --parallel-max "$STREAMS_A_CURL" -K "$list" 2>/dev/null &
  curls+=("$!")
done
await_sessions "$((already + count))"
show during

end_streams
await_sessions "$already"
show after
