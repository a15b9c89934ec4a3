// A million requests of awsJson1_1, from bytes to input or refusal.
import { fuzzTest } from "../fuzz-test.ts"
import { requestTargets } from "../targets/requests.ts"

fuzzTest(requestTargets.awsJson1_1)
