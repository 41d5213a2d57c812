-- Requests from a file, one a line: token, key, method, path, body, parted by tabs. The answers go to another file:
-- status and body (the body where it is asked for, or where the status is not 200). One thread: the order is kept.

local requests, answers, wants_bodies, is_once

function init(args)
  requests, answers = args[1], io.open(args[2], "w")
  wants_bodies, is_once = args[3] == "bodies", args[4] == "once"
  answers:setvbuf("full")
  open()
end

function open()
  lines = io.lines(requests)
end

function request()
  local line = lines()
  if line == nil then
    if is_once then
      wrk.thread:stop()
      return wrk.format("GET", "/")
    end
    open()
    line = lines()
  end
  local token, key, method, path, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
  local headers = { ["Content-Type"] = "application/json" }
  headers[token:find("=") and "Cookie" or "Authorization"] = token
  if key ~= "" then headers["Idempotency-Key"] = key end
  return wrk.format(method, path, headers, body ~= "" and body or nil)
end

function response(status, headers, body)
  answers:write(status, "\t", (wants_bodies or status >= 300) and body:gsub("\n", " ") or #body, "\n")
end

function done(summary, latency, requests)
  io.write(string.format(
    '{"requests": %d, "seconds": %.3f, "p50_ms": %.2f, "p95_ms": %.2f, "p99_ms": %.2f, "most_ms": %.2f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
