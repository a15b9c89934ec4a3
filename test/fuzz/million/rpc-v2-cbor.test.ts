// A million requests of rpcv2Cbor, from bytes to input or refusal.
import { fuzzTest } from "../fuzz-test.ts"
import { requestTargets } from "../targets/requests.ts"

fuzzTest(requestTargets.rpcv2Cbor)
