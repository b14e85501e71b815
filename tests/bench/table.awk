# Medians of run.sh's raw lines as one table.
# A line: SYSTEM MODE unix|tcp free|same WORKLOAD calls=N name=value...

function median(key,    n, i, j, t, v) {
  n = count[key]
  if (n == 0) return ""
  for (i = 1; i <= n; ++i) v[i] = sample[key, i]
  for (i = 2; i <= n; ++i)
    for (j = i; j > 1 && v[j - 1] > v[j]; --j) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
  return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

# The `metric` of the style of a system that is best in this cell by `judge`; sets `best_style`.
function best(whose, cell, metric, judge, higher,    s, value, found) {
  found = ""
  best_style = ""
  for (s = 1; s <= styles; ++s) {
    if (index(style[s], whose) != 1) continue
    value = median(style[s] SUBSEP cell SUBSEP judge)
    if (value == "") continue
    if (found == "" || (higher ? value > found : value < found)) { found = value; best_style = style[s] }
  }
  return best_style == "" ? "" : median(best_style SUBSEP cell SUBSEP metric)
}

function show(value) {
  if (value == "") return "-"
  return sprintf(value >= 100 ? "%.0f" : "%.1f", value)
}

{
  name = $2 == "-" ? $1 : $1 "/" $2
  if (!(name in known)) { known[name] = 1; style[++styles] = name }
  for (i = 6; i <= NF; ++i) {
    split($i, pair, "=")
    key = name SUBSEP $5 SUBSEP $3 SUBSEP $4 SUBSEP pair[1]
    sample[key, ++count[key]] = pair[2]
  }
}

function row(title, workload, metric, judge, higher,    t, p, cell, floor, spin, rival, ours, ratio) {
  for (p = 1; p <= 2; ++p)
    for (t = 1; t <= 2; ++t) {
      cell = workload SUBSEP transports[t] SUBSEP places[p]
      floor = best("floor-blocking", cell, metric, judge, higher)
      spin = best("floor-spin", cell, metric, judge, higher)
      rival = best("grpc", cell, metric, judge, higher); rival_style = best_style
      ours = best("roi", cell, metric, judge, higher)
      ratio = (rival == "" || ours == "") ? "-" : \
        sprintf("%.1f x", higher ? ours / rival : rival / ours)
      printf "%-24s %-5s %-5s %10s %10s %10s %10s %9s  %s\n", title, transports[t], places[p],
        show(floor), show(spin), show(rival), show(ours), ratio, rival_style
    }
}

END {
  transports[1] = "unix"; transports[2] = "tcp"
  places[1] = "free"; places[2] = "same"
  line = "%-24s %-5s %-5s %10s %10s %10s %10s %9s  %s\n"
  printf line, "", "", "cores", "blocking", "spinning", "gRPC", "ROI", "ahead", "gRPC's best style"
  row("W1 small, p50 us", "W1", "p50_us", "p50_us", 0)
  row("W1 small, p99 us", "W1", "p99_us", "p50_us", 0)
  row("W1 small, p99.9 us", "W1", "p999_us", "p50_us", 0)
  row("W2 1 KiB, p50 us", "W2", "p50_us", "p50_us", 0)
  row("W3 1 MiB, MB/s", "W3", "mb_per_s", "mb_per_s", 1)
  row("W4:64 in flight, calls/s", "W4:64", "calls_per_s", "calls_per_s", 1)
  row("W5 records, mean us", "W5", "mean_us", "mean_us", 0)
  row("W1 CPU us, client", "W1", "client_cpu_us", "p50_us", 0)
  row("W1 CPU us, server", "W1", "server_cpu_us", "p50_us", 0)
}
