// A million frames of agents on the command socket.
import { fuzzTest } from "../fuzz-test.ts"
import { acs } from "../targets/sessions.ts"

fuzzTest(acs)
