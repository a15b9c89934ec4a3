// A million heads of requests to the registry.
import { fuzzTest } from "../fuzz-test.ts"
import { registryHead } from "../targets/registry.ts"

fuzzTest(registryHead)
