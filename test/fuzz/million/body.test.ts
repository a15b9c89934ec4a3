// A million bodies, sent in every way that a body can be sent.
import { fuzzTest } from "../fuzz-test.ts"
import { body } from "../targets/body.ts"

fuzzTest(body)
