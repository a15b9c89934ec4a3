// A million frames of agents on the telemetry socket.
import { fuzzTest } from "../fuzz-test.ts"
import { tcs } from "../targets/sessions.ts"

fuzzTest(tcs)
