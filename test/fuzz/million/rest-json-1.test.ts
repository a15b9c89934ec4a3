// A million requests of restJson1, from bytes to input or refusal.
import { fuzzTest } from "../fuzz-test.ts"
import { requestTargets } from "../targets/requests.ts"

fuzzTest(requestTargets.restJson1)
