// A million requests of ec2Query, from bytes to input or refusal.
import { fuzzTest } from "../fuzz-test.ts"
import { requestTargets } from "../targets/requests.ts"

fuzzTest(requestTargets.ec2Query)
