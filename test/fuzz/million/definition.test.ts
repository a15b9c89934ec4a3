// A million task definitions.
import { fuzzTest } from "../fuzz-test.ts"
import { definition } from "../targets/definition.ts"

fuzzTest(definition)
