// A million claims of who asks.
import { fuzzTest } from "../fuzz-test.ts"
import { signatures } from "../targets/signature.ts"

fuzzTest(signatures)
