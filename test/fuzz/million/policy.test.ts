// A million policy documents.
import { fuzzTest } from "../fuzz-test.ts"
import { policy } from "../targets/policy.ts"

fuzzTest(policy)
