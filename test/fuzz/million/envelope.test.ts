// A million frames for the parsers that both ends use, and a million requests to open a socket.
import { fuzzTest } from "../fuzz-test.ts"
import { envelope, upgrade } from "../targets/sessions.ts"

fuzzTest(envelope)
fuzzTest(upgrade)
