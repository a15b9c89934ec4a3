// A million names of secrets and parameters.
import { fuzzTest } from "../fuzz-test.ts"
import { secretNames } from "../targets/secrets.ts"

fuzzTest(secretNames)
