// A million lifecycle policies.
import { fuzzTest } from "../fuzz-test.ts"
import { lifecycle } from "../targets/registry.ts"

fuzzTest(lifecycle)
