// A million requests of restXml, from bytes to input or refusal.
import { fuzzTest } from "../fuzz-test.ts"
import { requestTargets } from "../targets/requests.ts"

fuzzTest(requestTargets.restXml)
